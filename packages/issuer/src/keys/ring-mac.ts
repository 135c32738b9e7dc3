import { createHmac, hkdfSync, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { PBKDF2_ROUNDS, type RingSecret } from './key-encryption.ts'

/** Shows that a stored text was written by somebody who has the ring's secret, for the ring of this issuer. */
export interface RingMac {
  /** The text, behind its MAC. */
  protect(text: string): Promise<string>
  /**
   * The text that `protect` was given.
   * @throws `KeyRingError` where it has no MAC, or another than it must have
   */
  verify(stored: string): Promise<string>
}

/** The ring in the store is none that this configuration can believe. No waiting mends it. */
export class KeyRingError extends Error {
  constructor(problem: string) {
    super(`countersign: the stored key ring is ${problem}`)
    this.name = 'KeyRingError'
  }
}

/** Label, salt, MAC, text. Salt and MAC are used as they are written, so no other spelling of them passes. */
const PROTECTED = /^hs256\.([\w-]{22})\.([\w-]{43})\.(.*)$/s
const stretch = promisify(pbkdf2)
const PURPOSE = 'countersign key ring'
const REPLACE = '`countersign keys generate --replace`'

/** Whether a text has a MAC, good or not. */
export function isProtected(stored: string): boolean {
  return PROTECTED.test(stored)
}

/** HMAC-SHA-256 with a key that is derived from the secret for nothing else. */
export function createRingMac(secret: RingSecret, issuer: string): RingMac {
  const keyOf = memoizedKeys(secret)
  /** Of the ring that was read last: all writers go on with the first one's, so each process derives one key. */
  let current: string | undefined

  async function macOf(salt: string, text: string): Promise<string> {
    // The name is in it, so that the ring of one service does not pass for another's.
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
          `not authenticated, though "keyEncryption" is set: who wrote it did not have the secret. ${REPLACE} makes a new one in place of it`,
        )
      }
      const expected = await macOf(salt, text)
      if (!timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(expected, 'latin1'))) {
        throw new KeyRingError(
          `not authentic: is "keyEncryption" right? If it is, somebody without the secret has changed the ring, and ${REPLACE} makes a new one in place of it`,
        )
      }
      current = salt
      return text
    },
  }
}

/** Derives keys from the secret, each salt's once. */
function memoizedKeys({ kind, bytes }: RingSecret): (salt: string) => Promise<Uint8Array> {
  const derive = async (salt: string): Promise<Uint8Array> => {
    const strong =
      kind === 'passphrase' ? await stretch(bytes, `${PURPOSE}\0${salt}`, PBKDF2_ROUNDS, 32, 'sha512') : bytes
    // RFC 5869: the wrapping key itself encrypts, so it must not be the key of a MAC too.
    return new Uint8Array(hkdfSync('sha256', strong, salt, PURPOSE, 32))
  }
  const known = new Map<string, Promise<Uint8Array>>()
  return (salt) => {
    let key = known.get(salt)
    if (key === undefined) {
      // Who writes into the store may write a salt at each read.
      if (known.size >= 4) known.clear()
      known.set(salt, (key = derive(salt)))
    }
    return key
  }
}
