import { createPublicKey, verify, type JsonWebKey, type VerifyKeyObjectInput } from 'node:crypto'
import { SIGNATURE_BYTES } from './algorithms.ts'
import { localSign, type SignText } from './local-keys.ts'
import type { RingKey } from './ring.ts'
import type { Seal } from './seal.ts'
import type { Signer } from './signer.ts'

/** Makes the keys of a ring ready to sign, each once. */
export function ringSigners(
  signer: Signer | undefined,
  seal: Seal | undefined,
): (key: RingKey) => Promise<SignText> {
  const ready = new Map<string, Promise<SignText>>()
  return (key) => {
    const known = ready.get(key.kid)
    if (known !== undefined) return known
    // Only keys that sign come here, one after the other: more than a few means that old ones can go.
    if (ready.size >= 8) ready.clear()
    const made = makeReady(key, signer, seal)
    ready.set(key.kid, made)
    made.catch(() => ready.delete(key.kid))
    return made
  }
}

async function makeReady(
  key: RingKey,
  signer: Signer | undefined,
  seal: Seal | undefined,
): Promise<SignText> {
  const kept = key.private
  if (kept === undefined) throw new Error(`countersign: the key "${key.kid}" has no private half any more`)
  if ('jwk' in kept) return localSign(key.algorithm, kept.jwk)
  if ('sealed' in kept) {
    if (seal === undefined) {
      throw new Error('countersign: the private keys in the store are encrypted: set "keyEncryption"')
    }
    return localSign(key.algorithm, await seal.open(key.kid, kept.sealed))
  }
  if (signer === undefined)
    throw new Error('countersign: the keys of this ring are with a signer: set "signer"')
  return remoteSign(key, kept.reference, signer)
}

/**
 * Signs with a signer. Its first signature is verified: one in DER, by another key or over a hash would only be
 * noticed by whoever gets the token.
 */
function remoteSign({ algorithm, publicJwk }: RingKey, reference: string, signer: Signer): SignText {
  let proved = false
  return async (text) => {
    const data = Buffer.from(text, 'latin1')
    const signature = await signer.sign({ reference, algorithm, data })
    assertRaw(algorithm, signature)
    if (!proved) {
      const key = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' })
      const good = verify(
        algorithm === 'EdDSA' ? null : 'sha256',
        data,
        verification(algorithm, key),
        signature,
      )
      if (!good)
        throw new Error('countersign: the signer answered a signature that its public key does not verify')
      proved = true
    }
    return signature
  }
}

function assertRaw(algorithm: RingKey['algorithm'], signature: unknown): void {
  if (!(signature instanceof Uint8Array)) throw new Error('countersign: the signer answered no bytes')
  const expected = SIGNATURE_BYTES[algorithm]
  if (expected !== undefined && signature.length !== expected) {
    throw new Error(
      `countersign: the signer answered ${signature.length} bytes for ${algorithm}, not ${expected}: is it DER?`,
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
