import { usageError } from './exit.ts'

/** A decoded part of a token. Not verified: anybody could have written it. */
export type Part = Readonly<Record<string, unknown>>

/** The decoded content of a token, without its signature. Nothing is verified. */
export interface UnverifiedToken {
  readonly header: Part
  /** `undefined` if they are encrypted. */
  readonly claims: Part | undefined
  /** Bytes. */
  readonly size: number
}

/** Longest token that core accepts with any option. */
export const MAX_TOKEN_LENGTH = 65_536

/** Extracts the token from pasted text: removes white space and the scheme. */
export function extractToken(input: string): string {
  return input.trim().replace(/^(?:Authorization:\s*)?Bearer\s+/i, '')
}

/**
 * Decodes a compact token (RFC 7515 section 7.1, RFC 7516 section 7.1).
 * @throws `CommandError` that names the malformed part, and quotes nothing
 */
export function readUnverified(token: string): UnverifiedToken {
  if (token === '') throw usageError('the token is missing')
  if (token.length > MAX_TOKEN_LENGTH) throw usageError(`a token has at most ${MAX_TOKEN_LENGTH} characters`)
  const segments = token.split('.')
  if (segments.length !== 3 && segments.length !== 5) {
    throw usageError(
      `a token has three segments separated by dots, or five if it is encrypted; this one has ${segments.length}`,
    )
  }
  const names = segments.length === 3 ? SIGNED : ENCRYPTED
  for (const [i, segment] of segments.entries()) {
    if (!/^[\w-]*$/.test(segment)) throw usageError(`the ${names[i]} of the token is not base64url`)
  }
  const isSigned = segments.length === 3
  return {
    header: readPart(segments[0], 'header'),
    claims: isSigned ? readPart(segments[1], 'payload') : undefined,
    size: token.length,
  }
}

const SIGNED = ['header', 'payload', 'signature']
const ENCRYPTED = ['header', 'encrypted key', 'initialization vector', 'ciphertext', 'authentication tag']

function readPart(segment: string | undefined, name: string): Part {
  const part = parse(segment ?? '')
  if (typeof part === 'object' && part !== null && !Array.isArray(part)) return part as Part
  throw usageError(`the ${name} of the token is not a JSON object: was it copied completely?`)
}

function parse(segment: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(segment, 'base64url')))
  } catch {
    return undefined
  }
}

/** The kind of token that its content claims, for people. */
export function kindOf({ header, claims }: UnverifiedToken): string {
  if (claims === undefined) return 'encrypted token (JWE): only its header can be read'
  const { typ } = header
  if (typ !== undefined && typeof typ !== 'string') return 'token whose "typ" is not a string'
  const type = typ?.toLowerCase().replace(/^application\//, '')
  const known = type === undefined ? undefined : KINDS.get(type)
  if (known !== undefined) return known
  if (type !== undefined && type !== 'jwt') return 'token of another type'
  const isIdToken = 'at_hash' in claims || 'c_hash' in claims || claims['token_use'] === 'id'
  return isIdToken
    ? 'ID token (OpenID Connect)'
    : 'JWT without a specific type: an access token or an ID token'
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['at+jwt', 'access token (RFC 9068)'],
  ['rt+jwt', 'refresh token of a Countersign session'],
  ['hand-off+jwt', 'hand-off token of Countersign'],
  ['logout+jwt', 'logout token (OpenID Connect Back-Channel Logout)'],
  ['dpop+jwt', 'DPoP proof (RFC 9449)'],
  ['secevent+jwt', 'security event token (RFC 8417)'],
  ['token-introspection+jwt', 'introspection response (RFC 9701)'],
])
