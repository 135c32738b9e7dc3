import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { OptionError, secretBytes } from '@countersign/core/toolkit'
import { subjectKey } from '@countersign/stores'
import type { SubjectInput } from '../session/subject.ts'

/** A secret of the sessions: a string (as UTF-8) or bytes, at least 32 random bytes. */
export type SessionSecret = string | Uint8Array

/** The keys derived from one secret, each for one purpose (RFC 5869). */
export interface DerivedKeys {
  /** Identifies the secret in refresh tokens, without revealing it. */
  readonly keyId: string
  /** Signs refresh tokens. */
  readonly refresh: KeyObject
  /** Turns subjects into tags. */
  readonly tag: KeyObject
  /** Signs access tokens if no issuer was given. */
  readonly access: Buffer
}

/**
 * The keys of all secrets, the current one first.
 * @throws `OptionError` naming `secrets`
 */
export function deriveKeys(secrets: readonly SessionSecret[]): readonly DerivedKeys[] {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new OptionError('secrets', 'is required: a list of secrets, the current one first')
  }
  const keys = (secrets as readonly SessionSecret[]).map((secret) =>
    derive(secretBytes(secret, 'secrets', 32)),
  )
  if (new Set(keys.map(({ keyId }) => keyId)).size < keys.length) {
    throw new OptionError('secrets', 'must not contain the same secret twice')
  }
  return keys
}

/** As key objects, so that `node:crypto` does not create them again for each MAC. */
function derive(secret: Uint8Array): DerivedKeys {
  const key = (purpose: string, length = 32): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `countersign ${purpose} v1`, length))
  return {
    keyId: key('refresh key id', 6).toString('base64url'),
    refresh: createSecretKey(key('refresh')),
    tag: createSecretKey(key('subject tag')),
    access: key('access'),
  }
}

/**
 * The tag of a subject: it links its sessions, its epoch and its index, without naming the subject.
 */
export function subjectTag({ tag }: DerivedKeys, tenant: string | undefined, subject: string): string {
  const text = subjectKey({ tenant, subject })
  return createHmac('sha256', tag).update(text).digest().subarray(0, 16).toString('base64url')
}

/** The tags of a subject, one for each secret: while a secret is being replaced, both have sessions. */
export function tagsOf(keys: readonly DerivedKeys[], { subject, tenant }: SubjectInput): readonly string[] {
  return keys.map((key) => subjectTag(key, tenant, subject))
}

/** The tag in a session id. */
export function tagOf(sid: string): string {
  return sid.slice(0, sid.indexOf('.'))
}
