import type { ServerOptions } from 'node:http'
import { createRequire } from 'node:module'
import express, { type Express } from 'express'
import { listen, type Ask } from '../../../../test/support/adapters.ts'

const require = createRequire(import.meta.url)

/** The releases that are supported. Express 4 has types of its own, which differ only where no test looks. */
export const releases: readonly (readonly [name: string, express: typeof import('express')])[] = [
  ['Express 5', express],
  ['Express 4', require('express4') as typeof import('express')],
]

/** Serves an application until the test is over; returns how to send requests to it. */
export function serve(app: Express, server?: ServerOptions): Promise<Ask & { port: number }> {
  return listen(app, server)
}
