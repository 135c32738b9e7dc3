import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { listen as listenTo, type Ask } from '../../../../test/support/adapters.ts'

/** Serves an application on Node until the test is over; returns how to send requests to it. */
export function listen(app: Hono, { overrideGlobalObjects = false } = {}): Promise<Ask> {
  const handle = getRequestListener(app.fetch, { overrideGlobalObjects })
  return listenTo((req, res) => void handle(req, res))
}

/** How an application is asked: over the wire on Node, or by the web's `Request`, as other runtimes do. */
export const hosts: readonly (readonly [name: string, host: (app: Hono) => Promise<Ask> | Ask])[] = [
  ['Hono on Node', listen],
  ['Hono with web-standard requests', (app) => async (path, init) => app.request(path, init)],
]
