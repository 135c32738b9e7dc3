import { createHmac, hash, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { DerivedKeys } from './secrets.ts'

/** The content of a refresh token. Session and generation identify it; no other token has both. */
export interface RefreshToken {
  readonly sid: string
  /** The session's secret. The store has only its hash. */
  readonly secret: string
  readonly gen: number
  /** The session's absolute expiry, in seconds since the epoch. */
  readonly exp: number
}

/**
 * Why a text is not a refresh token of ours. `key_unknown`: it may be one, signed with a secret that this process does
 * not have. `mismatch`: it is one, but for other servers.
 */
export type NoRefreshToken = 'malformed' | 'key_unknown' | 'mismatch'

/** Creates and reads refresh tokens. */
export interface RefreshTokens {
  /** Returns the same token for the same input on every replica, so a lost response can be repeated. */
  write(token: RefreshToken): string
  /** Uses no store: rejecting a foreign token costs at most one HMAC. */
  read(text: string): RefreshToken | NoRefreshToken
}

const MAX_LENGTH = 4_096
const SID = /^[\w-]{22}\.[\w-]{22}$/
const SECRET = /^[\w-]{22}$/

/**
 * Refresh tokens are JWTs (`typ: rt+jwt`, HS256), signed with the first key; all keys verify. They are bound to the
 * servers that their access tokens are for (RFC 9700 section 4.14.2): at least one of these must still be in the
 * audience.
 */
export function refreshTokens(
  issuer: string,
  keys: readonly DerivedKeys[],
  audience: string | readonly string[],
): RefreshTokens {
  const aud = typeof audience === 'string' ? [audience] : [...audience]
  // The header must equal one of ours exactly: nothing is parsed before the MAC is verified.
  const headers = new Map(keys.map((key) => [headerOf(key), key.refresh]))
  const [header, current] = [headerOf(keys[0]!), keys[0]!.refresh]

  return {
    write({ sid, secret, gen, exp }) {
      const payload = JSON.stringify({ iss: issuer, aud, sid, s: secret, gen, exp })
      const input = `${header}.${Buffer.from(payload).toString('base64url')}`
      return `${input}.${mac(current, input).toString('base64url')}`
    },
    read(text) {
      // Input from browsers, or from callers without types, can be any value.
      if (typeof text !== 'string' || text.length > MAX_LENGTH) return 'malformed'
      const [head, payload, signature, ...rest] = text.split('.')
      if (head === undefined || payload === undefined || signature === undefined || rest.length > 0)
        return 'malformed'
      const key = headers.get(head)
      if (key === undefined) return looksLikeOurs(head) ? 'key_unknown' : 'malformed'
      const expected = mac(key, `${head}.${payload}`).toString('base64url')
      // Compared as text: another encoding of the same bytes is another token.
      if (!sameText(signature, expected)) return 'malformed'
      return toRefreshToken(payload, issuer, aud)
    },
  }
}

/** Whether a text has the form of a session id. Other texts never reach a store. */
export function isSessionId(text: unknown): text is string {
  return typeof text === 'string' && SID.test(text)
}

/** What the store keeps instead of the session's secret. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

function headerOf({ keyId }: DerivedKeys): string {
  return Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'rt+jwt', kid: keyId })).toString('base64url')
}

function mac(key: KeyObject, input: string): Buffer {
  return createHmac('sha256', key).update(input).digest()
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}

/** Whether a header equals ours, except for the name of the key. */
function looksLikeOurs(header: string): boolean {
  const bytes = Buffer.from(header, 'base64url')
  const text = bytes.toString('utf8')
  return (
    bytes.toString('base64url') === header &&
    /^\{"alg":"HS256","typ":"rt\+jwt","kid":"[\w-]{8}"\}$/.test(text)
  )
}

/** The MAC is valid, so we wrote the token: if it does not fit, it is for another issuer, or from another version. */
function toRefreshToken(
  payload: string,
  issuer: string,
  audience: readonly string[],
): RefreshToken | NoRefreshToken {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>
  const { iss, aud, sid, s, gen, exp } = claims
  const fits =
    iss === issuer &&
    Array.isArray(aud) &&
    isSessionId(sid) &&
    typeof s === 'string' &&
    SECRET.test(s) &&
    Number.isSafeInteger(gen) &&
    Number.isSafeInteger(exp)
  if (!fits) return 'malformed'
  if (!audience.some((server) => aud.includes(server))) return 'mismatch'
  return { sid, secret: s, gen: gen as number, exp: exp as number }
}
