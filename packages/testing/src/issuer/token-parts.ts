/** Members of a header or a payload. */
export type Members = Readonly<Record<string, unknown>>

/** Header and payload of a token, and the signature as it stands. */
export interface TokenParts {
  readonly header: Members
  readonly payload: Members
  readonly signature: string
}

/** One segment of a token: JSON, without members that are `undefined`, or a text as it is. */
export function toSegment(value: Members | string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return Buffer.from(text, 'utf8').toString('base64url')
}

/** The parts of a token that was just issued. */
export function readToken(token: string): TokenParts {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return { header: readSegment(header), payload: readSegment(payload), signature }
}

function readSegment(segment: string): Members {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as Members
}
