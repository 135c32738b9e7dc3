import { tailOf } from './tail.ts'

/** Records a token, and returns whether it was recorded before. */
export type NoteToken = (token: string) => boolean

/**
 * Recognizes tokens that come again, by numbers only: no part of a token is kept in memory. A token is recognized
 * after fewer than `capacity` other tokens. Two tokens with the same tail count as one: that may waste a place in a
 * cache, and must have no other effect.
 *
 * Only verified tokens may be recorded: then only clients with valid tokens can fill this.
 */
export function createSeenBefore(capacity: number): NoteToken {
  const tails = new Set<number>()
  const oldestFirst = tails.values() // one iterator forever, as in the cache
  return function noteToken(token) {
    const tail = tailOf(token)
    if (tails.has(tail)) return true
    if (tails.size >= capacity) {
      const oldest = oldestFirst.next()
      if (oldest.done !== true) tails.delete(oldest.value)
    }
    tails.add(tail)
    return false
  }
}
