import {
  constants,
  createHash,
  createHmac,
  generateKeyPair,
  randomBytes,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { IssuerAlgorithm } from '@countersign/issuer'

/** A key that signs any text, even a token that no issuer would sign. */
export interface TestKey {
  /** The public half without further members; `undefined` for a shared secret. */
  readonly publicJwk: JsonWebKey | undefined
  /** SPKI; `undefined` for a shared secret. */
  readonly publicPem: string | undefined
  /** The shared secret: printable text, so that it fits into an environment variable; `undefined` for a key pair. */
  readonly secret: Uint8Array | undefined
  /** The thumbprint of the public half (RFC 7638), as in key sets of issuers; `undefined` for a shared secret. */
  readonly kid: string | undefined
  readonly sign: (text: string) => Uint8Array
}

const generate = promisify(generateKeyPair)

/** Makes a new key. RSA keys have 2048 bits: the minimum that verifiers accept, and fast to make. */
export async function newTestKey(algorithm: IssuerAlgorithm): Promise<TestKey> {
  if (algorithm === 'HS256') return sharedSecret(Buffer.from(randomBytes(32).toString('base64url'), 'latin1'))
  const { publicKey, privateKey } = await newPair(algorithm)
  const publicJwk = publicKey.export({ format: 'jwk' })
  return {
    publicJwk,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    secret: undefined,
    kid: thumbprint(publicJwk),
    sign: (text) => signWith(algorithm, privateKey, Buffer.from(text, 'latin1')),
  }
}

function sharedSecret(secret: Uint8Array): TestKey {
  return {
    publicJwk: undefined,
    publicPem: undefined,
    secret,
    kid: undefined,
    sign: (text) => createHmac('sha256', secret).update(text, 'latin1').digest(),
  }
}

type PairAlgorithm = Exclude<IssuerAlgorithm, 'HS256'>

function newPair(algorithm: PairAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (algorithm === 'ES256') return generate('ec', { namedCurve: 'P-256' })
  if (algorithm === 'EdDSA') return generate('ed25519')
  return generate('rsa', { modulusLength: 2048 })
}

function signWith(algorithm: PairAlgorithm, key: KeyObject, data: Uint8Array): Uint8Array {
  switch (algorithm) {
    case 'ES256':
      return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
    case 'EdDSA':
      return sign(null, data, key)
    case 'RS256':
      return sign('sha256', data, key)
    case 'PS256':
      return sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  }
}

/** RFC 7638 section 3: Node exports exactly the required members, so they only need sorting. */
function thumbprint(publicJwk: JsonWebKey): string {
  const ordered = Object.fromEntries(Object.entries(publicJwk).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url')
}
