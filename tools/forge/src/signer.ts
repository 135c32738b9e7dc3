import { constants, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { base64url } from './token.ts'

export type SignerAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'
  | 'HS256'
  | 'HS384'
  | 'HS512'

export interface SignerOptions {
  alg?: SignerAlgorithm
  /** `null` for a key without a name. */
  kid?: string | null
  /** Bits of an RSA key. */
  modulusLength?: number
  /** Secret of an HMAC signer; random where absent. */
  secret?: Uint8Array
  issuer?: string
  audience?: string
  /** Milliseconds since the epoch. */
  now?: () => number
}

/** An issuer that signs whatever it is given, straight on node:crypto: no library stands between test and bytes. */
export interface Signer {
  readonly alg: SignerAlgorithm
  readonly kid: string | undefined
  readonly issuer: string
  readonly audience: string
  readonly secret: Uint8Array | undefined
  readonly publicKey: KeyObject
  /** The public key with `kid`, `alg` and `use`. */
  readonly jwk: Record<string, unknown>
  /** SPKI */
  readonly pem: string
  /** Good registered claims for five minutes, with these on top; `undefined` removes one. */
  claims(claims?: Record<string, unknown>): Record<string, unknown>
  /** A token with good claims and these on top; the header likewise. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): string
  /** A signed token of exactly these texts, JSON or not. */
  raw(header: string | Uint8Array, payload: string | Uint8Array): string
  /** The signature of this signer over any text. */
  sign(signingInput: string): Uint8Array
}

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const

export function createSigner({
  alg = 'ES256',
  kid = `${alg.toLowerCase()}-1`,
  modulusLength = 2048,
  secret,
  issuer = 'https://idp.test',
  audience = 'https://api.test',
  now = Date.now,
}: SignerOptions = {}): Signer {
  const hash = `sha${alg.slice(2)}`
  const hmac = alg.startsWith('HS')
  const bytes = hmac ? (secret ?? randomBytes(64)) : undefined
  const { publicKey, privateKey } = generatePair(alg, modulusLength)

  function signInput(signingInput: string): Uint8Array {
    if (bytes !== undefined) return createHmac(hash, bytes).update(signingInput, 'utf8').digest()
    const data = Buffer.from(signingInput, 'utf8')
    if (alg === 'EdDSA' || alg === 'Ed25519') return sign(null, data, privateKey)
    if (alg.startsWith('ES')) return sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    if (alg.startsWith('RS')) return sign(hash, data, privateKey)
    return sign(hash, data, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
  }

  function raw(header: string | Uint8Array, payload: string | Uint8Array): string {
    const signingInput = `${base64url(header)}.${base64url(payload)}`
    return `${signingInput}.${base64url(signInput(signingInput))}`
  }

  function claims(extra: Record<string, unknown> = {}): Record<string, unknown> {
    const iat = Math.floor(now() / 1_000)
    return { iss: issuer, aud: audience, sub: 'user-1', iat, exp: iat + 300, ...extra }
  }

  return {
    alg,
    kid: kid ?? undefined,
    issuer,
    audience,
    secret: bytes,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid === null ? {} : { kid }), alg, use: 'sig' },
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    claims,
    sign: signInput,
    raw,
    token: (extra, header) =>
      raw(
        JSON.stringify({ alg, ...(kid === null ? {} : { kid }), ...header }),
        JSON.stringify(claims(extra)),
      ),
  }
}

function generatePair(
  alg: SignerAlgorithm,
  modulusLength: number,
): { publicKey: KeyObject; privateKey: KeyObject } {
  if (alg === 'ES256' || alg === 'ES384' || alg === 'ES512') {
    return generateKeyPairSync('ec', { namedCurve: CURVES[alg] })
  }
  if (alg === 'EdDSA' || alg === 'Ed25519' || alg.startsWith('HS')) return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength })
}
