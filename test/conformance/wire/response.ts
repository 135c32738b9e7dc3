/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number
  /** Header lines in order, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Everything that came, as latin1. */
  readonly bytes: string
}

/**
 * Reads exactly one HTTP/1.1 response (RFC 9112) that fills the whole connection, and throws where anything is wrong
 * with it: a header line that does not parse, a body of another length than announced, bytes after it.
 */
export function parseResponse(bytes: string, requestMethod: string): RawResponse {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) throw new Error(`no end of header in ${JSON.stringify(bytes.slice(0, 200))}`)
  const [statusLine = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine)?.[1]
  if (status === undefined) throw new Error(`bad status line ${JSON.stringify(statusLine)}`)
  const headers = lines.map((line) => {
    const match = /^([\w!#$%&'*+.^`|~-]+): ?([\x20-\x7e\t]*)$/.exec(line)
    if (match === null) throw new Error(`bad header line ${JSON.stringify(line)}`)
    return [match[1]!.toLowerCase(), match[2]!.trim()] as const
  })
  const rest = bytes.slice(end + 4)
  return {
    status: Number(status),
    headers,
    body: readBody(rest, headers, Number(status), requestMethod),
    bytes,
  }
}

/** The value of a header that may stand at most once; `undefined` where it is absent. */
export function headerOf(response: RawResponse, name: string): string | undefined {
  const values = response.headers.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value)
  if (values.length > 1) throw new Error(`${values.length} headers "${name}": ${values.join(' | ')}`)
  return values[0]
}

function readBody(
  rest: string,
  headers: RawResponse['headers'],
  status: number,
  requestMethod: string,
): string {
  const one = (name: string) => headerOf({ status, headers, body: '', bytes: '' }, name)
  if (requestMethod === 'HEAD' || status === 204 || status === 304) {
    if (rest !== '') throw new Error(`a body where there must be none: ${JSON.stringify(rest.slice(0, 80))}`)
    return ''
  }
  if (one('transfer-encoding') === 'chunked') return readChunks(rest)
  const length = one('content-length')
  if (length !== undefined && Number(length) !== rest.length) {
    throw new Error(`Content-Length is ${length}, the body has ${rest.length} bytes`)
  }
  return rest
}

function readChunks(rest: string): string {
  let body = ''
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at)
    const size = Number.parseInt(rest.slice(at, lineEnd), 16)
    if (lineEnd === -1 || Number.isNaN(size)) throw new Error('bad chunk size')
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
    if (rest.slice(at - 2, at) !== '\r\n') throw new Error('a chunk of another length than announced')
    if (size > 0) continue
    if (at !== rest.length) throw new Error('bytes after the last chunk')
    return body
  }
}
