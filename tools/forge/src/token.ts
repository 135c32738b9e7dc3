/** Bytes, text or any JSON value as one segment of a token. */
export function base64url(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url')
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8').toString('base64url')
}

/** The segments of a compact token, as they stand. */
export interface TokenParts {
  header: string
  payload: string
  signature: string
}

export function splitToken(token: string): TokenParts {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return { header, payload, signature }
}

export function joinToken({ header, payload, signature }: TokenParts): string {
  return `${header}.${payload}.${signature}`
}
