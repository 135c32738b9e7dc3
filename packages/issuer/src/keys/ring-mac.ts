import { createHmac, hkdfSync, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { PBKDF2_ROUNDS, type RingSecret } from './key-encryption.ts'

/** Proves that a stored text was written with the ring's secret, for the ring of this issuer. */
export interface RingMac {
  /** Returns the text with its MAC in front. */
  protect(text: string): Promise<string>
  /**
   * Returns the text without its MAC.
   * @throws `KeyRingError` if the MAC is missing or wrong
   */
  verify(stored: string): Promise<string>
}

/** The ring in the store is not authentic with this configuration. The problem does not go away by waiting. */
export class KeyRingError extends Error {
  constructor(problem: string) {
    super(`countersign: the stored key ring is ${problem}`)
    this.name = 'KeyRingError'
  }
}

/** Label, salt, MAC, text. Salt and MAC are used as text, so no other encoding of them is accepted. */
const PROTECTED = /^hs256\.([\w-]{22})\.([\w-]{43})\.(.*)$/s
const stretch = promisify(pbkdf2)
const PURPOSE = 'countersign key ring'
const REPLACE = '`countersign keys generate --replace`'

/** Whether a text has a MAC, valid or not. */
export function isProtected(stored: string): boolean {
  return PROTECTED.test(stored)
}

/** HMAC-SHA-256 with a key that is derived from the secret for this purpose only. */
export function createRingMac(secret: RingSecret, issuer: string): RingMac {
  const keyOf = memoizedKeys(secret)
  /** The salt of the ring that was read last. All writers keep the first salt, so each process derives one key. */
  let current: string | undefined

  async function macOf(salt: string, text: string): Promise<string> {
    // The input contains the issuer, so that the ring of one service is not accepted as that of another.
    const input = JSON.stringify([PURPOSE, issuer, text])
    return createHmac('sha256', await keyOf(salt))
      .update(input)
      .digest('base64url')
  }

  return {
    async protect(text) {
      const salt = (current ??= randomBytes(16).toString('base64url'))
      return `hs256.${salt}.${await macOf(salt, text)}.${text}`
    },
    async verify(stored) {
      const [, salt, mac, text] = PROTECTED.exec(stored) ?? []
      if (salt === undefined || mac === undefined || text === undefined) {
        throw new KeyRingError(
          `not authenticated, though "keyEncryption" is set: it was written without the secret. ${REPLACE} replaces it by a new one`,
        )
      }
      const expected = await macOf(salt, text)
      if (!timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(expected, 'latin1'))) {
        throw new KeyRingError(
          `not authentic: is "keyEncryption" right? If yes, the ring was changed without the secret: ${REPLACE} replaces it by a new one`,
        )
      }
      current = salt
      return text
    },
  }
}

/** Derives keys from the secret, once for each salt. */
function memoizedKeys({ kind, bytes }: RingSecret): (salt: string) => Promise<Uint8Array> {
  const derive = async (salt: string): Promise<Uint8Array> => {
    const strong =
      kind === 'passphrase' ? await stretch(bytes, `${PURPOSE}\0${salt}`, PBKDF2_ROUNDS, 32, 'sha512') : bytes
    // RFC 5869: the wrapping key itself encrypts, so it must not be used for a MAC too.
    return new Uint8Array(hkdfSync('sha256', strong, salt, PURPOSE, 32))
  }
  const known = new Map<string, Promise<Uint8Array>>()
  return (salt) => {
    let key = known.get(salt)
    if (key === undefined) {
      // An attacker who writes into the store may change the salt before each read.
      if (known.size >= 4) known.clear()
      known.set(salt, (key = derive(salt)))
    }
    return key
  }
}
