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

/** What a process answers. */
export type Answer = readonly (string | number | boolean | undefined)[]
