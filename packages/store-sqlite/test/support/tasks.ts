/** What a process is told to do, as soon as it hears it. */
export type Task =
  | { readonly do: 'init'; readonly file: string }
  | { readonly do: 'rotate'; readonly sid: string; readonly gen: number; readonly times: number }
  | { readonly do: 'useOnce'; readonly ids: readonly string[] }
  | { readonly do: 'writeKeyRing'; readonly versions: number; readonly content: string }
  /** Rotates, and is killed before it can answer. */
  | { readonly do: 'rotateAndDie'; readonly sid: string; readonly gen: number }
  /** Is killed in the middle of a transaction that has written. */
  | { readonly do: 'dieInTransaction'; readonly sid: string }

  /** Is killed within the operation, when the session has ended and its entry is not in the log yet. */
  | { readonly do: 'dieBeforeLog'; readonly ending: Ending }
  /** Creates and ends sessions, from this number on, one after the other. */
  | { readonly do: 'endForEver'; readonly first: number }

/** All that appends to the log by itself. */
export const ENDINGS = [
  'logout',
  'replaced',
  'evicted',
  'reused',
  'changed',
  'raised',
  'erased',
  'provider',
  'recovered',
] as const

export type Ending = (typeof ENDINGS)[number]

/** What a process answers. */
export type Answer = readonly (string | number | boolean | undefined)[]
