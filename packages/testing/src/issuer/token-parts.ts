/** Members of a header or a payload. */
export type Members = Readonly<Record<string, unknown>>

/** Header, payload and encoded signature of a token. */
export interface TokenParts {
  readonly header: Members
  readonly payload: Members
  readonly signature: string
}

/** Encodes a segment of a token: an object as JSON, without `undefined` members; a string unchanged. */
export function toSegment(value: Members | string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text, 'utf8').toString('base64url')
}

/** Decodes a token that was just issued. */
export function readToken(token: string): TokenParts {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return { header: readSegment(header), payload: readSegment(payload), signature }
}

function readSegment(segment: string): Members {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as Members
}
