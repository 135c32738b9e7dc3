import { engine } from '#engine'
import { tailOf } from './tail.ts'

/**
 * Caches values by token, up to a limit. Tokens are compared as a whole. The place of a token depends on the tail of
 * its signature, which is as good as random and costs nothing to compute. The oldest entry is removed first.
 *
 * Only verified tokens may be stored: then only clients with valid tokens can fill the cache.
 */
export interface TokenCache<Value> {
  get(token: string): Value | undefined
  set(token: string, value: Value): void
  delete(token: string): void
  readonly size: number
}

interface Entry<Value> {
  readonly token: string
  readonly value: Value
}

export function createTokenCache<Value>(capacity: number): TokenCache<Value> {
  // One entry per bucket: two tokens with the same last 30 bits replace each other, which costs time and nothing
  // else.
  const buckets = new Map<number, Entry<Value>>()
  // One iterator forever. It continues where it stopped, and all entries before that were removed. A new one each
  // time would step over thousands of places whose entries were deleted.
  const oldestFirst = buckets.keys()

  function find(bucket: number, token: string): Entry<Value> | undefined {
    const entry = buckets.get(bucket)
    return entry !== undefined && entry.token === token ? entry : undefined
  }

  return Object.freeze({
    get: (token: string) => find(tailOf(token), token)?.value,
    set(token: string, value: Value) {
      const bucket = tailOf(token)
      buckets.delete(bucket) // so that it counts as the newest
      if (buckets.size >= capacity) {
        const oldest = oldestFirst.next()
        if (oldest.done !== true) buckets.delete(oldest.value)
      }
      buckets.set(bucket, { token: engine.copyAscii(token), value })
    },
    delete(token: string) {
      const bucket = tailOf(token)
      if (find(bucket, token) !== undefined) buckets.delete(bucket)
    },
    get size() {
      return buckets.size
    },
  })
}
