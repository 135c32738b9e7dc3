// The names of buckets are in stored keys: they must never change, and their slots must be spread evenly over a Cluster.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BUCKET_NAMES, bucketOfSession, bucketOfTag, bucketOfText } from '../src/buckets.ts'
import { createKeys } from '../src/keys.ts'

/** CRC16-XMODEM modulo 16384, as the specification of Redis Cluster has it. */
function slotOf(text: string): number {
  let crc = 0
  for (const byte of Buffer.from(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80_00 ? (crc << 1) ^ 0x10_21 : crc << 1
  }
  return crc & 0x3f_ff
}

const slots = BUCKET_NAMES.map(slotOf)

describe('names of buckets', () => {
  it('slots are computed as Redis does', () => {
    // the examples of its specification
    expect([slotOf('123456789'), slotOf('foo')]).toEqual([0x31_c3, 12_182])
  })

  it('there are 64, each with its number, and they are as they ever were', () => {
    expect(BUCKET_NAMES.map((name) => Number(name.slice(1, 3)))).toEqual(slots.map((_, index) => index))
    expect(createHash('sha256').update(BUCKET_NAMES.join(' ')).digest('base64url')).toBe(
      'xk96OPC5rH0jZcuT0nu95KF1UBLnkCP8ydHKGo42T98',
    )
  })

  it('their slots are at even distances', () => {
    for (const [number, slot] of slots.entries()) {
      expect(Math.abs(slot - (256 * number + 128)), `bucket ${number}`).toBeLessThanOrEqual(32)
    }
  })

  it.each([
    [3, [21, 22, 21]],
    [8, [8, 8, 8, 8, 8, 8, 8, 8]],
    [64, Array.from({ length: 64 }, () => 1)],
  ])('%i masters have as many each', (masters, shares) => {
    const counts = Array.from({ length: masters }, () => 0)
    for (const slot of slots) counts[Math.floor((slot * masters) / 16_384)]! += 1
    expect(counts).toEqual(shares)
  })
})

describe('which bucket', () => {
  it('of a tag: its first six bits, so that a subject stays where it is', () => {
    expect(['A', 'Z', 'a', 'z', '0', '9', '-', '_'].map((bits) => bucketOfTag(`${bits}xyz`))).toEqual([
      0, 25, 26, 51, 52, 61, 62, 63,
    ])
    expect(bucketOfSession('Zxyz.random')).toBe(25)
  })

  it('of any other text: always the same, from 0 to 63, and all alike', () => {
    const counts = new Map<number, number>()
    for (let index = 0; index < 6400; index++) {
      const bucket = bucketOfText(`proof token ${index}`)
      expect(bucketOfText(`proof token ${index}`)).toBe(bucket)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(slots.map((_, index) => index))
    for (const count of counts.values()) expect(count).toBeLessThan(160)
    for (const odd of ['', '.', 'é', '🔑', '{', '}']) expect(bucketOfTag(odd)).toBeLessThan(64)
  })
})

describe('keys', () => {
  const keys = createKeys('app')

  it('no text in a key changes its slot, and only a session is taken for one', () => {
    const at = keys.buckets[0]!
    for (const text of ['{x}', '}:s:y', '}{', '{}']) {
      for (const key of [at.session(text), at.once(text, text), at.ring(text), at.provider(text)]) {
        expect(/\{(.*?)\}/.exec(key)?.[1]).toBe('b00af')
      }
      expect(keys.sidOf(keys.ofSession(text).session(text))).toBe(text)
      expect(keys.sidOf(at.once('proof', text))).toBeUndefined()
    }
  })

  it('a purpose with a colon makes no key of another', () => {
    const at = keys.buckets[0]!
    expect(at.once('a:b', 'c')).not.toBe(at.once('a', 'b:c'))
  })
})
