import { tailOf } from './tail.ts'

/** Notes a token, and says whether it was noted before. */
export type NoteToken = (token: string) => boolean

/**
 * Tells tokens that come again from those that come once, by numbers alone: nothing of a token is kept alive. A token is
 * known again after fewer than `capacity` others, whatever these are. Two tokens with the same tail pass for one: that may
 * cost a place in a cache, and nothing else may hang on it.
 *
 * Only verified tokens may be noted: whoever can fill this can have valid tokens anyway.
 */
export function createSeenBefore(capacity: number): NoteToken {
  const tails = new Set<number>()
  const oldestFirst = tails.values() // one for ever, as in the cache
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
