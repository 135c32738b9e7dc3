import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './algorithms.ts'
import { isProtected, KeyRingError, type RingMac } from './ring-mac.ts'
import type { Ring, RingKey } from './ring.ts'

/** The stored form of a ring. */
export interface StoredRing {
  /** Grows with each change, so a later ring of an issuer has a higher number. 0 if nothing is stored yet. */
  readonly revision: number
  readonly keys: Ring
}

/** Converts rings to the text in the store, and back. */
export interface RingText {
  write(ring: StoredRing): Promise<string>
  /**
   * Returns an empty ring if nothing is stored.
   * @throws `Error` if the text is not a ring, since signing with half a ring would be worse; `KeyRingError` if it is not
   * authentic
   */
  read(content: string | undefined): Promise<StoredRing>
}

const FORMAT = 1
const EMPTY: StoredRing = { revision: 0, keys: [] }

/** With `mac`, texts have a MAC. Without it they are plain JSON, which anybody with write access can change. */
export function ringText(mac: RingMac | undefined): RingText {
  return {
    async write({ revision, keys }) {
      const text = JSON.stringify({ format: FORMAT, revision, keys })
      return mac === undefined ? text : mac.protect(text)
    },
    async read(content) {
      if (content === undefined) return EMPTY
      if (mac !== undefined) return toRing(await mac.verify(content))
      if (isProtected(content)) throw new KeyRingError('authenticated: set "keyEncryption"')
      return toRing(content)
    },
  }
}

function toRing(text: string): StoredRing {
  const { format, revision, keys } = parse(text) ?? {}
  if (format !== FORMAT || !isRevision(revision) || !Array.isArray(keys) || !keys.every(isRingKey)) {
    throw new Error('countersign: the stored key ring has an unknown format or version')
  }
  return { revision, keys }
}

/** Hides the error of `JSON.parse`, which quotes the text: it contains private keys. */
function parse(text: string): Partial<Record<'format' | 'revision' | 'keys', unknown>> | undefined {
  try {
    return JSON.parse(text) as Partial<Record<'format' | 'revision' | 'keys', unknown>>
  } catch {
    return undefined
  }
}

function isRevision(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isRingKey(value: unknown): value is RingKey {
  const key = value as Partial<RingKey> | null
  return (
    typeof key?.kid === 'string' &&
    SIGNING_ALGORITHMS.includes(key.algorithm as SigningAlgorithm) &&
    typeof key.publicJwk?.kty === 'string' &&
    Number.isFinite(key.createdAt) &&
    Number.isFinite(key.activeFrom)
  )
}
