import { ownMembers } from '../base/members.ts'

/** The part of a key management algorithm that the choice of keys needs (RFC 7518 section 4). */
export interface KeyManagementTraits {
  readonly kty: 'RSA' | 'EC' | 'oct'
  /** Bytes of the key, if the algorithm fixes that. */
  readonly keyBytes?: number
  /** Whether no content key is sent. Its segment must then be empty (RFC 7516 section 5.2, step 10). */
  readonly direct?: true
  /** Whether it is allowed by default. */
  readonly byDefault?: true
}

/**
 * All key management algorithms that can be allowed; X25519 counts as EC. `RSA1_5` (its padding leaks contents, RFC
 * 8725 section 3.2) and `PBES2` (the sender chooses how hard the server works) cannot be allowed. The default
 * excludes SHA-1, AES with 192 bits, which not every runtime has, and rarely used hashes.
 */
export const KEY_MANAGEMENT = {
  'RSA-OAEP': { kty: 'RSA' },
  'RSA-OAEP-256': { kty: 'RSA', byDefault: true },
  'RSA-OAEP-384': { kty: 'RSA' },
  'RSA-OAEP-512': { kty: 'RSA' },
  'ECDH-ES': { kty: 'EC', direct: true, byDefault: true },
  'ECDH-ES+A128KW': { kty: 'EC', byDefault: true },
  'ECDH-ES+A192KW': { kty: 'EC' },
  'ECDH-ES+A256KW': { kty: 'EC', byDefault: true },
  dir: { kty: 'oct', direct: true, byDefault: true },
  A128KW: { kty: 'oct', keyBytes: 16, byDefault: true },
  A192KW: { kty: 'oct', keyBytes: 24 },
  A256KW: { kty: 'oct', keyBytes: 32, byDefault: true },
  A128GCMKW: { kty: 'oct', keyBytes: 16, byDefault: true },
  A192GCMKW: { kty: 'oct', keyBytes: 24 },
  A256GCMKW: { kty: 'oct', keyBytes: 32, byDefault: true },
} as const

/** A key management algorithm that can be allowed (RFC 7518 section 4.1). */
export type KeyManagementAlgorithm = keyof typeof KEY_MANAGEMENT

/** Without prototypes, like the table of signature algorithms. */
const TRAITS = ownMembers(KEY_MANAGEMENT) as Record<KeyManagementAlgorithm, KeyManagementTraits>
for (const name of Object.keys(TRAITS) as KeyManagementAlgorithm[]) TRAITS[name] = ownMembers(TRAITS[name])

/** All content encryptions that can be allowed, and the bytes of their keys (RFC 7518 section 5.1). */
export const CONTENT_ENCRYPTIONS = {
  A128GCM: 16,
  A192GCM: 24,
  A256GCM: 32,
  'A128CBC-HS256': 32,
  'A192CBC-HS384': 48,
  'A256CBC-HS512': 64,
} as const

/** A content encryption that can be allowed (RFC 7518 section 5.1). */
export type ContentEncryption = keyof typeof CONTENT_ENCRYPTIONS

/** Allowed by default. */
export const DEFAULT_KEY_MANAGEMENT: readonly KeyManagementAlgorithm[] = Object.freeze(
  (Object.keys(KEY_MANAGEMENT) as KeyManagementAlgorithm[]).filter((name) => traitsOf(name).byDefault),
)

/** Required or recommended by RFC 7518 section 5.1. Each authenticates what it encrypts. */
export const DEFAULT_CONTENT_ENCRYPTIONS: readonly ContentEncryption[] = Object.freeze([
  'A256GCM',
  'A128GCM',
  'A256CBC-HS512',
  'A128CBC-HS256',
])

/** The traits of an algorithm, with one type. */
export function traitsOf(algorithm: KeyManagementAlgorithm): KeyManagementTraits {
  return TRAITS[algorithm]
}

/** Own members only: `constructor` and `__proto__` are names an attacker may send. */
export function isKeyManagement(name: string): name is KeyManagementAlgorithm {
  return Object.hasOwn(KEY_MANAGEMENT, name)
}

/** Own members only, here too. */
export function isContentEncryption(name: string): name is ContentEncryption {
  return Object.hasOwn(CONTENT_ENCRYPTIONS, name)
}
