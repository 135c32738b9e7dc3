import { engine } from '#engine'
import { tailOf } from './tail.ts'

/**
 * Remembers values by token, at most so many. Tokens are told apart as a whole; where they are looked for is decided by
 * the tail of their signature, which is as good as random and costs nothing to compute. The oldest is forgotten first.
 *
 * Only verified tokens may be put in: whoever can fill the cache can have valid tokens anyway.
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
  // One entry a bucket: two tokens with the same 30 bits at their end take turns, which costs time and nothing else.
  const buckets = new Map<number, Entry<Value>>()
  // One iterator for ever. It goes on where it stopped, and all that it passed was forgotten; a new one each time would
  // step over thousands of places whose entries were deleted.
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
