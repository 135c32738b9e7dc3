/** Bounds of a request to a key server. */
export interface FetchJsonOptions {
  readonly fetch: typeof fetch
  /** In milliseconds, from the first byte sent to the last byte read. */
  readonly timeout: number
  readonly maxBytes: number
}

/** What a key server answered could not be used. `status` where there was an answer at all. */
export class FetchError extends Error {
  readonly status: number | undefined

  constructor(url: URL, reason: string, options?: { status?: number; cause?: unknown }) {
    super(`${url.origin}${url.pathname}: ${reason}`, { cause: options?.cause })
    this.name = 'FetchError'
    this.status = options?.status
  }
}

/** What a key server answered. */
export interface JsonAnswer {
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

/**
 * Gets a JSON object. No redirect is followed, since it would let the server, or whoever spoofs it, choose another
 * host; no more than `maxBytes` are read, whatever `Content-Length` says.
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
      throw new FetchError(url, `answered ${response.status}`, { status: response.status })
    }
    text = await readText(response, maxBytes, url)
  } catch (cause) {
    if (cause instanceof FetchError) throw cause
    const timedOut = cause instanceof Error && cause.name === 'TimeoutError'
    throw new FetchError(url, timedOut ? `no answer within ${timeout} ms` : 'cannot be reached', { cause })
  }
  return { body: parseObject(text, url), headers: response.headers }
}

async function readText(response: Response, maxBytes: number, url: URL): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = response.body.getReader()
  let text = ''
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > maxBytes) {
      await reader.cancel()
      throw new FetchError(url, `answered more than ${maxBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function parseObject(text: string, url: URL): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new FetchError(url, 'answered something that is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FetchError(url, 'answered no JSON object')
  }
  return value as Record<string, unknown>
}
