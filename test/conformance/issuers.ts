import { createHash } from 'node:crypto'
import { createRecipient, createSigner, base64url, fakeClock } from '@countersign/forge'

/** The clock of the table: it stands still, so that a row means the same whenever it is replayed. */
export const clock = fakeClock()
/** Now, in seconds. */
export const NOW = clock.seconds()

export const ISSUER = 'https://idp.test'
export const AUDIENCE = 'https://api.test'

const { now } = clock
export const es256 = createSigner({ now })
export const rs256 = createSigner({ alg: 'RS256', now })
export const ps256 = createSigner({ alg: 'PS256', now })
export const es384 = createSigner({ alg: 'ES384', now })
export const es512 = createSigner({ alg: 'ES512', now })
export const eddsa = createSigner({ alg: 'EdDSA', now })
export const hs256 = createSigner({ alg: 'HS256', kid: null, now })

/** To whom tokens are encrypted, where an application decrypts. */
export const recipient = createRecipient()

/** Its key is in no set; its `kid` is that of a key which is. */
export const stranger = createSigner({ now })
/** Published without `alg`: its type alone says what it may verify. */
export const unlabelled = createSigner({ kid: 'no-alg', now })
/** Published without `kid`. */
export const namelessSigners = Array.from({ length: 17 }, () => createSigner({ kid: null, now }))
/** In no set, under a name of its own. */
export const unknown = createSigner({ kid: 'never-published', now })

const small = createSigner({ alg: 'RS256', kid: 'small', modulusLength: 1024, now })
const forEncryption = createSigner({ kid: 'use-enc', now })
const notForVerifying = createSigner({ kid: 'key-ops', now })

/** Keys that a set may hold and that must not verify anything, each with a token that it would verify. */
export const unfit = {
  'RSA key of 1024 bits': small.token(),
  'key with use "enc"': forEncryption.token(),
  'key whose key_ops lack "verify"': notForVerifying.token(),
  'RSA key with exponent 1': forgedUnderExponentOne(),
} as const

/** What the issuer publishes. */
export const JWKS = {
  keys: [
    ...[es256, rs256, ps256, es384, es512, eddsa].map(({ jwk }) => jwk),
    { ...unlabelled.jwk, alg: undefined },
    small.jwk,
    { ...forEncryption.jwk, use: 'enc' },
    { ...notForVerifying.jwk, use: undefined, key_ops: ['encrypt'] },
    { ...rs256.jwk, kid: 'exponent-1', e: 'AQ' },
  ],
}

/** With exponent 1 the padded digest is its own signature: anybody can sign. */
function forgedUnderExponentOne(): string {
  const header = base64url({ alg: 'RS256', kid: 'exponent-1' })
  const signingInput = `${header}.${base64url(rs256.claims())}`
  const digest = createHash('sha256').update(signingInput).digest()
  // RFC 8017 section 9.2: EMSA-PKCS1-v1_5 with SHA-256, for a modulus of 2048 bits.
  const digestInfo = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), digest])
  const padding = Buffer.alloc(256 - 3 - digestInfo.length, 0xff)
  const padded = Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), digestInfo])
  return `${signingInput}.${base64url(padded)}`
}
