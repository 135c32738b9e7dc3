/** Random choices, the same ones for the same seed. */
export interface Random {
  /** From 0 to below 1. */
  readonly next: () => number
  /** A whole number from 0 to below `bound`. */
  readonly below: (bound: number) => number
  /** True that often. */
  readonly chance: (share: number) => boolean
  /** From `low` to below `high`. */
  readonly between: (low: number, high: number) => number
  /** Waiting times with that mean, as of events that know nothing of one another. */
  readonly waiting: (mean: number) => number
  readonly bytes: (length: number) => Uint8Array
  /** Another generator, so that more draws in one place change nothing in another. */
  readonly fork: () => Random
}

/** The generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    chance: (share) => next() < share,
    between: (low, high) => low + next() * (high - low),
    waiting: (mean) => -mean * Math.log(1 - next()),
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    fork: () => createRandom(below(4_294_967_296)),
  }
}
