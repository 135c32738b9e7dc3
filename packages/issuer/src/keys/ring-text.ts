import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './algorithms.ts'
import { isProtected, KeyRingError, type RingMac } from './ring-mac.ts'
import type { Ring, RingKey } from './ring.ts'

/** A ring as it is stored. */
export interface StoredRing {
  /** Grows with each change: of two rings of one issuer, the later has the higher. 0 where nothing was stored yet. */
  readonly revision: number
  readonly keys: Ring
}

/** Makes rings the text that a store keeps, and such a text a ring. */
export interface RingText {
  write(ring: StoredRing): Promise<string>
  /**
   * An empty ring where nothing was stored.
   * @throws `Error` where the text is no ring: signing with half a ring would be worse; `KeyRingError` where it is not
   * authentic
   */
  read(content: string | undefined): Promise<StoredRing>
}

const FORMAT = 1
const EMPTY: StoredRing = { revision: 0, keys: [] }

/** Texts with a MAC; without one, plain JSON, which every writer can change. */
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
    throw new Error('countersign: the stored key ring is not one of ours, or of another version')
  }
  return { revision, keys }
}

/** The error of `JSON.parse` quotes the text, which holds private keys: it goes no further. */
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
