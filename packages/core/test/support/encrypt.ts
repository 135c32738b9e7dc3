import { createSigner, type Signer } from '@countersign/forge'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { generateKeyPairSync, randomBytes } from 'node:crypto'

/** The issuer of all tokens that are encrypted here. */
export const signer: Signer = createSigner({ kid: 'k1' })

export interface Pair {
  readonly privateJwk: JWK
  readonly publicJwk: JWK
}

function toPair({ publicKey, privateKey }: ReturnType<typeof generateKeyPairSync>): Pair {
  const jwkOf = (key: unknown) => (key as { export(options: object): JWK }).export({ format: 'jwk' })
  return { privateJwk: jwkOf(privateKey), publicJwk: jwkOf(publicKey) }
}

const generate = generateKeyPairSync as (type: string, options?: object) => never
export const rsaPair = (bits = 2048): Pair => toPair(generate('rsa', { modulusLength: bits }))
export const ecPair = (namedCurve = 'P-256'): Pair => toPair(generate('ec', { namedCurve }))
export const x25519Pair = (): Pair => toPair(generate('x25519'))

/** A secret of so many bytes, on both sides the same. */
export function secretPair(bytes: number): Pair {
  const jwk = { kty: 'oct', k: randomBytes(bytes).toString('base64url') }
  return { privateJwk: jwk, publicJwk: jwk }
}

/** What `jose` makes of a plaintext; the header is that of a nested token, with these members on top. */
export async function encryptTo(
  jwk: JWK,
  plaintext: string | Uint8Array,
  header: { alg: string; enc?: string; [member: string]: unknown },
): Promise<string> {
  const bytes = typeof plaintext === 'string' ? new TextEncoder().encode(plaintext) : plaintext
  const protectedHeader = { enc: 'A256GCM', cty: 'JWT', ...header }
  const members = Object.entries(protectedHeader).filter(([, value]) => value !== undefined)
  const { kid: _, ...key } = jwk
  return new CompactEncrypt(bytes)
    .setProtectedHeader(Object.fromEntries(members) as never)
    .encrypt(await importJWK(key, header.alg))
}
