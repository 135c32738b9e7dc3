import { ownMembers } from '../base/members.ts'

/** Bounds of a request to a key server. */
export interface FetchJsonOptions {
  readonly fetch: typeof fetch
  /** In milliseconds, from the first byte sent to the last byte read. */
  readonly timeout: number
  readonly maxBytes: number
}

/**
 * The response of a key server cannot be used, or there is none. `status` is set if there was a response, even if it
 * is not JSON.
 */
export class FetchError extends Error {
  readonly status: number | undefined

  constructor(url: URL, reason: string, options?: { status?: number; cause?: unknown }) {
    super(`${withoutQuery(url)}: ${reason}`, { cause: options?.cause })
    this.name = 'FetchError'
    this.status = options?.status
  }
}

/** A URL as it may be shown: without its query, which may contain a secret. */
export function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`
}

/** The response of a key server. */
export interface JsonAnswer {
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/**
 * Gets a JSON object. Redirects are not followed, since a redirect would let the server, or an attacker that spoofs
 * it, choose another host. At most `maxBytes` are read, whatever `Content-Length` says.
 */
export async function fetchJson(url: URL, options: FetchJsonOptions): Promise<JsonAnswer> {
  const { fetch: get, timeout, maxBytes } = options
  let response: Response
  let text: string
  try {
    response = await get(url, {
      headers: { Accept: 'application/json, application/jwk-set+json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new FetchError(url, `returned status ${response.status}`, { status: response.status })
    }
    text = await readText(response, maxBytes, url)
  } catch (cause) {
    if (cause instanceof FetchError) throw cause
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError'
    throw new FetchError(url, timedOut ? `no response within ${timeout} ms` : 'cannot be reached', {
      cause: hideQuery(cause, url),
    })
  }
  return { body: parseObject(text, url), headers: response.headers }
}

/** Some errors of `fetch` quote the URL. This copies such an error without the query, and without the stack. */
function hideQuery(cause: unknown, url: URL): unknown {
  const hidden = url.search + url.hash
  if (hidden === '' || !(cause instanceof Error)) return cause
  const message = cause.message.replaceAll(hidden, '').replaceAll(url.search, '')
  const shown = new Error(message, { cause: hideQuery(cause.cause, url) })
  return Object.assign(shown, { name: cause.name, stack: undefined })
}

async function readText(response: Response, maxBytes: number, url: URL): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch {
      throw new FetchError(url, 'returned something that is not UTF-8', { status: 200 })
    }
  }
  const reader = response.body.getReader()
  let text = ''
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read()
    if (done) return text + decode()
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel()
      throw new FetchError(url, `returned more than ${maxBytes} bytes`, { status: 200 })
    }
    text += decode(value)
  }
}

function parseObject(text: string, url: URL): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new FetchError(url, 'returned something that is not JSON', { status: 200 })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FetchError(url, 'returned no JSON object', { status: 200 })
  }
  return ownMembers(value as Record<string, unknown>)
}
