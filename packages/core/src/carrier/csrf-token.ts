import { argumentFault, kindOf } from '../base/assert-names.ts'
import { fromBase64url, toBase64url } from '../base/base64url.ts'
import { Failure } from '../refusal/failure.ts'
import { keyList } from '../base/key-list.ts'
import { secretBytes } from '../base/secret-bytes.ts'
import { OptionError } from '../base/option-error.ts'

/** A secret from which the CSRF key is derived: text (as UTF-8) or bytes, at least 32 of them. */
export type CsrfSecret = string | Uint8Array

/** A `CryptoKey`, a name that not every set of global types has. */
type SubtleKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** Creates and verifies CSRF tokens that are bound to a session. */
export interface CsrfTokens {
  /** A fresh token for the session; signed by the first secret. */
  create(sessionId: string): Promise<string>
  /** Whether the token was made for this session, by any of the secrets. Compares in constant time. */
  verify(token: string, sessionId: string): Promise<boolean>
}

const RANDOM_BYTES = 16
const TOKEN = /^([\w-]{22})\.([\w-]{43})$/
const utf8 = new TextEncoder()

/**
 * CSRF tokens after the signed double-submit pattern: `random.HMAC(session, random)`, in base64url. Stateless, and
 * valid for one session only. The key is derived from the secret for this purpose alone (HKDF, RFC 5869).
 *
 * @param secrets the first signs, all verify; each at least 32 bytes
 * @throws `OptionError` if a secret is too short, or missing
 * @example
 * ```ts
 * const csrf = createCsrfTokens([secret])
 * const token = await csrf.create(sessionId) // for the page, which sends it back as X-CSRF-Token
 * ```
 */
export function createCsrfTokens(secrets: readonly CsrfSecret[]): CsrfTokens {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new OptionError('csrfSecrets', 'must be a list of secrets, the current one first')
  }
  const material = keyList(secrets as readonly CsrfSecret[], 'csrfSecrets').map((secret) =>
    secretBytes(secret, 'csrfSecrets', 32),
  )
  let keys: Promise<SubtleKey[]> | undefined
  const derived = (): Promise<SubtleKey[]> => (keys ??= Promise.all(material.map(deriveKey)))
  return Object.freeze({
    async create(sessionId: string) {
      if (typeof sessionId !== 'string') {
        throw argumentFault('create')('sessionId', `must be a string, got ${kindOf(sessionId)}`)
      }
      const random = toBase64url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))
      const mac = await crypto.subtle.sign('HMAC', (await derived())[0]!, message(sessionId, random))
      return `${random}.${toBase64url(new Uint8Array(mac))}`
    },
    async verify(token: string, sessionId: string) {
      const match = TOKEN.exec(token)
      if (match === null) return false
      const mac = fromBase64url(match[2]!)
      const text = message(sessionId, match[1]!)
      for (const key of await derived()) {
        if (await crypto.subtle.verify('HMAC', key, mac, text)) return true
      }
      return false
    },
  })
}

/** The second half of step 3, once the session is known: the token must be of this session. */
export async function checkCsrfToken(
  tokens: CsrfTokens,
  csrfToken: string,
  sessionId: string | undefined,
): Promise<Failure | undefined> {
  if (sessionId !== undefined && (await tokens.verify(csrfToken, sessionId))) return undefined
  return new Failure('cross_site_rejected')
}

async function deriveKey(secret: Uint8Array): Promise<SubtleKey> {
  const base = await crypto.subtle.importKey('raw', new Uint8Array(secret), 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8.encode('countersign csrf v1') },
    base,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign', 'verify'],
  )
}

/** Lengths in front, so that no two pairs make the same message. */
function message(sessionId: string, random: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(`${sessionId.length}!${sessionId}!${random}`)
}
