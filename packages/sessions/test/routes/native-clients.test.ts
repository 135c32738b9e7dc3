import {
  nodeHandlerContext,
  nodeRequestView,
  runHandler,
  sendHandlerResponse,
  targetPath,
  type RouteHandler,
} from '@countersign/core/adapter'
import { memoryStore } from '@countersign/stores'
import { createSessions } from '@countersign/sessions'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const servers: Server[] = []
let url: string

/** Serves the routes for native clients over real HTTP. */
async function serve(handler: RouteHandler): Promise<string> {
  const server = createServer((req, res) => {
    const context = nodeHandlerContext(req, res, {
      path: targetPath(req.url!),
      ip: undefined,
      body: undefined,
      raw: req,
    })
    const answer = async (): Promise<void> =>
      sendHandlerResponse(res, (await runHandler(handler, nodeRequestView(req), context))!)
    void answer()
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeEach(async () => {
  const sessions = createSessions({
    issuer: 'https://app.test',
    store: memoryStore(),
    secrets: ['a secret that only this test ever uses'],
  })
  url = await serve(sessions.routes({ transport: 'body', login: () => ({ subject: 'user-1' }) }))
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

function login(headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: '{}',
  })
}

describe('routes that return tokens in the body', () => {
  it("take the fetch of Node, which sends one of a browser's headers", async () => {
    const response = await login()
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ subject: 'user-1', token_type: 'Bearer' })
  })

  it.each([
    ['a page of any browser', { Origin: 'https://app.test' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a browser that says from where', { 'Sec-Fetch-Site': 'same-origin' }],
    ['and one that says for what', { 'Sec-Fetch-Dest': 'empty' }],
  ])('refuse %s', async (_who, headers) => {
    const response = await login(headers)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'browser_not_allowed' })
  })
})
