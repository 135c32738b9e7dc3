import { readClaimsPolicy, type ClaimsPolicy } from '../claims/claims-policy.ts'
import { createTokenDecrypter, type TokenDecrypter } from '../decryption/decrypt-token.ts'
import { readDecryptionPolicy, type DecryptionPolicy } from '../decryption/decryption-policy.ts'
import { readAlgorithms } from '../keys/allowed-algorithms.ts'
import { createKeySource } from '../keys/create-key-source.ts'
import { readMapping, type ClaimMapping } from '../principal/principal-options.ts'
import type { TokenIssuer } from '../token/verify-token.ts'
import { readIssuer, type AnyIssuerOptions } from './issuer-options.ts'

/**
 * Everything that belongs to one issuer. What is cached of a token is valid only while the entry that accepted it is
 * the current one for its `iss`: this very object.
 */
export interface IssuerEntry extends TokenIssuer {
  readonly claims: ClaimsPolicy
  readonly mapping: ClaimMapping
  /** `undefined` if encrypted tokens are rejected. */
  readonly decryption: DecryptionPolicy | undefined
  readonly decrypter: TokenDecrypter | undefined
}

/** Entries by their `iss`. Exactly one for now. Every step looks it up, and none assumes that it knows the entry. */
export type Issuers = ReadonlyMap<string, IssuerEntry>

/** What an entry needs besides its own options. */
export interface IssuerContext {
  /** Characters. */
  readonly maxTokenLength: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The entry of the issuer that the options describe. */
export function readIssuerEntry(
  options: AnyIssuerOptions,
  { maxTokenLength, now }: IssuerContext,
): IssuerEntry {
  const issuer = readIssuer(options.issuer)
  const claims = readClaimsPolicy(options)
  const mapping = readMapping(options)
  const algorithms = readAlgorithms(options)
  // `decryption: undefined` is a mistake, such as an unset variable, and must not disable decryption.
  const encrypted = Object.hasOwn(options, 'decryption')
  const decryption = encrypted ? readDecryptionPolicy(options.decryption) : undefined
  return Object.freeze({
    issuer,
    algorithms: new Set(algorithms),
    keys: createKeySource(options, { issuer, algorithms, now }),
    claims,
    mapping,
    decryption,
    decrypter: decryption && createTokenDecrypter(options.decryption!, decryption, maxTokenLength),
  })
}

/** Resolves when the keys of an issuer are available. */
export async function readyIssuer({ keys, decrypter }: IssuerEntry): Promise<void> {
  await Promise.all([keys.ready(), decrypter?.ready()])
}

/** The decrypter for encrypted tokens, whose `iss` is not visible: with one entry, its own. */
export function decrypterOf(issuers: Issuers): TokenDecrypter | undefined {
  return [...issuers.values()].find(({ decrypter }) => decrypter !== undefined)?.decrypter
}
