import * as core from '@countersign/core'
import * as countersign from '@countersign/koa'
import exercise from './exercise-koa.cjs'

const { default: Koa } = await import(process.env.FRAMEWORK ?? 'koa')
await exercise({ Koa, core, countersign })
console.log(`ok: ES modules, Node ${process.versions.node}`)
