import { createHandlerRequest } from '@countersign/core/adapter'
import type { HandlerResponse, RouteHandler } from '@countersign/core/toolkit'
import { ISSUER } from './harness.ts'

/** A browser on our own page: keeps cookies, and sends them. */
export function browserOn(routes: RouteHandler) {
  const jar = new Map<string, string>()
  return {
    jar,
    async send(method: string, path: string, body?: unknown): Promise<HandlerResponse> {
      const bytes = body === undefined ? undefined : JSON.stringify(body)
      const headers: Record<string, string> = {
        origin: ISSUER,
        'sec-fetch-site': 'same-origin',
        ...(jar.size > 0
          ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }
          : undefined),
        ...(bytes === undefined ? undefined : { 'content-type': 'application/json' }),
      }
      const header = (name: string): readonly string[] => {
        const value = headers[name]
        return value === undefined ? [] : [value]
      }
      const request = createHandlerRequest(
        { method, url: () => path, header },
        { path, ip: '192.0.2.1', raw: undefined, chunks: undefined, parsed: bytes },
      )
      const answer = await routes.handle(request)
      if (answer === undefined) throw new Error(`${path} is none of the routes`)
      for (const line of [answer.headers['Set-Cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/Max-Age=0/.test(line)) jar.delete(name)
        else jar.set(name, value)
      }
      return answer
    },
  }
}
