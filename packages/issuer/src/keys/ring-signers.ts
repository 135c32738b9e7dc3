import { createPublicKey, verify, type JsonWebKey, type VerifyKeyObjectInput } from 'node:crypto'
import { SIGNATURE_BYTES } from './algorithms.ts'
import { localSign, type SignText } from './local-keys.ts'
import type { RingKey } from './ring.ts'
import type { Seal } from './seal.ts'
import type { Signer } from './signer.ts'

/** Prepares the keys of a ring for signing, each once. */
export function ringSigners(
  signer: Signer | undefined,
  seal: Seal | undefined,
): (key: RingKey) => Promise<SignText> {
  const ready = new Map<string, Promise<SignText>>()
  return (key) => {
    const known = ready.get(key.kid)
    if (known !== undefined) return known
    // Only signing keys are here, one after the other. If there are many, the old ones are not needed.
    if (ready.size >= 8) ready.clear()
    const made = prepare(key, signer, seal)
    ready.set(key.kid, made)
    made.catch(() => ready.delete(key.kid))
    return made
  }
}

async function prepare(key: RingKey, signer: Signer | undefined, seal: Seal | undefined): Promise<SignText> {
  const kept = key.private
  if (kept === undefined) throw new Error(`countersign: the private half of the key "${key.kid}" was deleted`)
  if ('jwk' in kept) return localSign(key.algorithm, kept.jwk)
  if ('sealed' in kept) {
    if (seal === undefined) {
      throw new Error('countersign: the private keys in the store are encrypted: set "keyEncryption"')
    }
    return localSign(key.algorithm, await seal.open(key.kid, kept.sealed))
  }
  if (signer === undefined)
    throw new Error('countersign: the keys of this ring belong to a signer: set "signer"')
  return remoteSign(key, kept.reference, signer)
}

/**
 * Signs with a signer. Its first signature is verified: without this, a signature in DER, by another key or over a hash would
 * be noticed only by the receiver of the token.
 */
function remoteSign({ algorithm, publicJwk }: RingKey, reference: string, signer: Signer): SignText {
  let isVerified = false
  return async (text) => {
    const data = Buffer.from(text, 'latin1')
    const signature = await signer.sign({ reference, algorithm, data })
    assertRaw(algorithm, signature)
    if (!isVerified) {
      const key = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' })
      const good = verify(
        algorithm === 'EdDSA' ? null : 'sha256',
        data,
        verification(algorithm, key),
        signature,
      )
      if (!good)
        throw new Error('countersign: the signer returned a signature that its public key does not verify')
      isVerified = true
    }
    return signature
  }
}

function assertRaw(algorithm: RingKey['algorithm'], signature: unknown): void {
  if (!(signature instanceof Uint8Array))
    throw new Error('countersign: sign() of the signer must return a Uint8Array')
  const expected = SIGNATURE_BYTES[algorithm]
  if (expected !== undefined && signature.length !== expected) {
    throw new Error(
      `countersign: the signer returned ${signature.length} bytes for ${algorithm}, not ${expected}: is it DER?`,
    )
  }
}

function verification(
  algorithm: RingKey['algorithm'],
  key: VerifyKeyObjectInput['key'],
): VerifyKeyObjectInput {
  if (algorithm === 'ES256') return { key, dsaEncoding: 'ieee-p1363' }
  // RSA_PKCS1_PSS_PADDING
  return algorithm === 'PS256' ? { key, padding: 6, saltLength: 32 } : { key }
}
