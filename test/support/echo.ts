import type { RouteHandler } from '@countersign/core/adapter'

/** A handler that answers with what it was given, and a cookie. */
export function echo(greeting = ''): RouteHandler {
  return {
    routes: [
      { method: 'GET', path: '/echo/:id' },
      { method: 'POST', path: '/echo/:id' },
    ],
    async handle({ path, view, ip, readJson }) {
      if (!/^\/echo\/[^/]+$/.test(path)) return undefined
      const answer = { greeting, path, method: view.method, url: view.url(), ip, read: await readJson() }
      const headers = [
        ['Content-Type', 'application/json'],
        ['Set-Cookie', 'ours=1'],
        ['Vary', 'Cookie'],
      ] as const
      return { status: 200, headers, body: JSON.stringify(answer) }
    },
  }
}

/** A request with a body for it, and what it then reads. */
export const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' }
export const read = { type: 'json', value: { a: 1 } }
