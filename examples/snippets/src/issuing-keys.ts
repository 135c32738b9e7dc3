import { createIssuer, type Issuer, type Signer } from '@countersign/issuer'
import { memoryStore, type KeyStore } from '@countersign/stores'
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

const issuer = 'https://auth.example.com'
const store: KeyStore = memoryStore()

/** Stands for the client of a key management service. */
const keys = new Map<string, KeyObject>()
const kms = {
  async createKey() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const id = `key-${keys.size + 1}`
    keys.set(id, privateKey)
    return { id, publicJwk: publicKey.export({ format: 'jwk' }) }
  },
  async sign({ keyId, message }: { keyId: string; message: Uint8Array }) {
    return { signature: new Uint8Array(sign('sha256', message, keys.get(keyId)!)) }
  },
}

// #region der
/** DER is SEQUENCE { INTEGER r, INTEGER s }; tokens have r and s, 32 bytes each. */
function derToRaw(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(64)
  const first = der.subarray(4, 4 + der[3]!)
  const second = der.subarray(6 + der[3]!)
  const put = (number: Uint8Array, end: number) => {
    const digits = number.subarray(-32)
    raw.set(digits, end - digits.length)
  }
  put(first, 32)
  put(second, 64)
  return raw
}
// #endregion

// #region encrypted
export const encryptedAtRest: Issuer = createIssuer({
  issuer,
  store,
  keyEncryption: { passphrase: process.env['KEYS_PASSPHRASE'] ?? '' }, // or wrappingKey: 32 bytes of a KMS
})
// #endregion
// #region signer
const signer: Signer = {
  async createKey() {
    const { id, publicJwk } = await kms.createKey()
    return { reference: id, publicJwk }
  },
  async sign({ reference, data }) {
    const { signature } = await kms.sign({ keyId: reference, message: data })
    return derToRaw(signature) // most services answer DER; a token wants r and s
  },
}
export const withSigner: Issuer = createIssuer({ issuer, store: memoryStore(), signer })
// #endregion
// #region retire
/** If the private key may have leaked: removes it, in all processes. */
export async function outWith(kid: string): Promise<void> {
  await withSigner.retire(kid)
}
// #endregion
// #region rotate
export async function list(): Promise<void> {
  await withSigner.rotate() // ahead of time; the next key signs after `lead`
  for (const { kid, state, activeFrom } of await withSigner.keys())
    console.info(kid, state, new Date(activeFrom).toISOString())
}
// #endregion
