import * as core from '@countersign/core'
import * as countersign from '@countersign/express'
import exercise from './exercise.cjs'

const { default: express } = await import(process.env.FRAMEWORK ?? 'express')
await exercise({ express, core, countersign })
console.log(`ok: ES modules, Node ${process.versions.node}`)
