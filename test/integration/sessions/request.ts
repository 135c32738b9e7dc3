import { createHandlerRequest } from '@countersign/core/adapter'
import type { RouteHandler } from '@countersign/core/toolkit'
import { toPlain, type PlainAnswer } from '../../support/answer.ts'
import { ISSUER } from './harness.ts'

/** A browser on our own page: keeps cookies, and sends them. */
export function browserOn(routes: RouteHandler) {
  const jar = new Map<string, string>()
  return {
    jar,
    async send(method: string, path: string, body?: unknown): Promise<PlainAnswer> {
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
      const signal = (): AbortSignal => new AbortController().signal
      const request = createHandlerRequest(
        { method, url: () => path, header },
        { path, ip: '192.0.2.1', raw: undefined, chunks: undefined, parsed: bytes, signal },
        'json',
      )
      const response = await routes.handle(request)
      if (response === undefined) throw new Error(`${path} is none of the routes`)
      const answer = toPlain(response)
      for (const line of [answer.headers['Set-Cookie'] ?? []].flat()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (/Max-Age=0/.test(line)) jar.delete(name)
        else jar.set(name, value)
      }
      return answer
    },
  }
}
