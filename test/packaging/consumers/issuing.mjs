import * as client from '@countersign/client'
import * as core from '@countersign/core'
import * as stores from '@countersign/stores'
import * as toolkit from '@countersign/core/toolkit'
import * as countersign from '@countersign/express'
import * as issuing from '@countersign/issuer'
import * as sessions from '@countersign/sessions'
import * as postgres from '@countersign/store-postgres'
import * as redis from '@countersign/store-redis'
import * as testing from '@countersign/testing'
import * as testingStores from '@countersign/testing/stores'
import express from 'express'
import { builtinModules } from 'node:module'
import exercise from './exercise-issuing.cjs'

const hasSqlite = builtinModules.includes('node:sqlite')
const sqlite = hasSqlite ? await import('@countersign/store-sqlite') : undefined
const ours = { client, core, countersign, issuing, postgres, redis, sessions, sqlite, stores, toolkit }
await exercise({ ...ours, express, testing, testingStores })
console.log(`ok: ES modules, Node ${process.versions.node}`)
