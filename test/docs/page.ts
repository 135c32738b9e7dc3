import { CookieJar } from 'tough-cookie'
import { vi } from 'vitest'
import type { Running } from './world.ts'

/** What reached the server from a page. */
export interface Page {
  readonly calls: string[]
  readonly jar: CookieJar
}

/**
 * Makes this process a page of `origin`, as far as the client looks at it: relative addresses, cookies, and the headers
 * by which a browser says where a request comes from. The server is one that listens here.
 */
export function openPage(origin: string, server: Running): Page {
  const calls: string[] = []
  const jar = new CookieJar()
  const toServer = globalThis.fetch
  vi.stubGlobal('location', { href: `${origin}/`, origin })
  vi.stubGlobal(
    'Request',
    class extends Request {
      constructor(input: string | URL | Request, init?: RequestInit) {
        super(input instanceof Request ? input : new URL(input, origin), init)
      }
    },
  )
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    calls.push(`${request.method} ${pathname}`)
    const headers = new Headers(request.headers)
    headers.set('connection', 'close')
    headers.set('sec-fetch-site', 'same-origin')
    headers.set('cookie', await jar.getCookieString(request.url))
    if (request.method !== 'GET') headers.set('origin', origin)
    const body = await request.text()
    const response = await toServer(`http://${server.host}${pathname}`, {
      method: request.method,
      headers,
      ...(body === '' ? undefined : { body }),
    })
    for (const line of response.headers.getSetCookie()) await jar.setCookie(line, request.url)
    return response
  })
  return { calls, jar }
}
