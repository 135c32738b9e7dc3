import { constants, createCipheriv, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { base64url } from './token.ts'

/** One to whom tokens are encrypted, with RSA-OAEP-256 and A256GCM straight on node:crypto. */
export interface Recipient {
  readonly kid: string
  /** PKCS#8 */
  readonly pem: string
  /** The private key with its `kid`. */
  readonly jwk: Record<string, unknown>
  /** The public key with its `kid`. */
  readonly publicJwk: Record<string, unknown>
  /** A compact JWE with the header of a nested token and these members on top; `undefined` removes one. */
  encrypt(plaintext: string | Uint8Array, header?: Record<string, unknown>): string
  /** A compact JWE with exactly this text as its header. */
  raw(header: string, plaintext: string | Uint8Array): string
}

export function createRecipient({ kid = 'enc-1' }: { kid?: string } = {}): Recipient {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

  function raw(header: string, plaintext: string | Uint8Array): string {
    const contentKey = randomBytes(32)
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', contentKey, iv)
    cipher.setAAD(Buffer.from(base64url(header), 'latin1'))
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const sent = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, contentKey)
    return [header, sent, iv, ciphertext, cipher.getAuthTag()].map(base64url).join('.')
  }

  return {
    kid,
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk: { ...privateKey.export({ format: 'jwk' }), kid },
    publicJwk: { ...publicKey.export({ format: 'jwk' }), kid },
    raw,
    encrypt: (plaintext, header) =>
      raw(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', kid, ...header }), plaintext),
  }
}
