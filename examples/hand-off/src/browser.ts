import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'

/** What the browser shows. */
export interface Page {
  readonly url: string
  readonly status: number
  readonly text: string
  readonly policy: string | null
}

/** A browser of one user, as far as cookies, redirects and forms go. */
export interface Browser {
  /** Opens an address that the user typed. */
  open(url: string): Promise<Page>
  /** Posts the form of a page, as the page's script does; of another browser's page, as a hostile page would. */
  submit(page: Page): Promise<Page>
  /** Posts JSON by a script of a page of the same origin. */
  post(url: string, body?: object): Promise<Page>
  /** All addresses that it has been at. */
  readonly history: readonly string[]
}

interface Cookie {
  readonly value: string
  readonly sameSite: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

interface Request {
  readonly method: string
  readonly url: URL
  /** The origin of the page that sends it; none where the user typed the address. */
  readonly from: string | undefined
  readonly headers?: Record<string, string>
  readonly body?: string
}

export function createBrowser(network: typeof fetch, now: () => number): Browser {
  const jars = new Map<string, Map<string, Cookie>>()
  const history: string[] = []

  function jarOf({ origin }: URL): Map<string, Cookie> {
    const jar = jars.get(origin) ?? new Map<string, Cookie>()
    jars.set(origin, jar)
    return jar
  }

  /** RFC 6265bis section 5.8.3: what another site posts goes without cookies, unless they are `SameSite=None`. */
  function cookiesFor({ method, url, from }: Request): string {
    const isForeignPost = method === 'POST' && from !== undefined && from !== url.origin
    return [...jarOf(url)]
      .filter(([, { sameSite, expiresAt }]) => expiresAt > now() && (!isForeignPost || sameSite === 'None'))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
  }

  function keep(url: URL, line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const attribute = (key: string): string => new RegExp(`; ${key}=(\\w+)`).exec(line)?.[1] ?? ''
    assert.match(line, /; Secure/)
    const expiresAt = now() + Number(attribute('Max-Age')) * 1_000
    jarOf(url).set(name, { value, sameSite: attribute('SameSite'), expiresAt })
  }

  async function send(request: Request): Promise<Page> {
    const { method, url, from, body } = request
    history.push(url.href)
    const site = from === undefined ? 'none' : from === url.origin ? 'same-origin' : 'cross-site'
    const headers = { ...request.headers, Cookie: cookiesFor(request), 'Sec-Fetch-Site': site }
    const origin = method === 'POST' && from !== undefined ? { Origin: from } : undefined
    const response = await network(url, {
      method,
      headers: { ...headers, ...origin },
      redirect: 'manual',
      ...(body === undefined ? undefined : { body }),
    })
    for (const line of response.headers.getSetCookie()) keep(url, line)
    const location = response.headers.get('Location')
    if (location !== null) return send({ method: 'GET', url: new URL(location, url), from })
    const policy = response.headers.get('Content-Security-Policy')
    return { url: url.href, status: response.status, text: await response.text(), policy }
  }

  return {
    history,
    open: (url) => send({ method: 'GET', url: new URL(url), from: undefined }),
    submit(page) {
      const { action, body } = readForm(page)
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      return send({ method: 'POST', url: action, from: new URL(page.url).origin, headers, body })
    },
    post(url, json = {}) {
      const headers = { 'Content-Type': 'application/json' }
      const target = new URL(url)
      return send({ method: 'POST', url: target, from: target.origin, headers, body: JSON.stringify(json) })
    },
  }
}

/** The form of a page, if the page's policy lets its script run, and its form go where it goes. */
function readForm({ text, policy }: Page): { action: URL; body: string } {
  const action = new URL(/action="([^"]+)"/.exec(text)?.[1] ?? '')
  const script = /<script>(.*)<\/script>/s.exec(text)?.[1] ?? ''
  const hash = createHash('sha256').update(script).digest('base64')
  assert.ok(policy?.includes(`script-src 'sha256-${hash}'`), 'the policy lets the script run')
  assert.ok(policy?.includes(`form-action ${action.origin}`), 'the policy lets the form go')
  const body = new URLSearchParams()
  for (const [, name = '', value = ''] of text.matchAll(/name="([^"]+)" value="([^"]*)"/g))
    body.append(name, value)
  return { action, body: body.toString() }
}
