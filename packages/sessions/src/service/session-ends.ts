/** What ended: a session, all of a subject's tag, or an unknown set of sessions. */
export type Ended = { readonly sid: string } | { readonly tag: string } | 'all'

/** The ends of sessions that this process knows of. A feed of the ends in other processes would tell them here, too. */
export interface SessionEnds {
  /** Says that something ended to all who subscribed. */
  tell(ended: Ended): void
  /** Calls the listener for every end from now on. Returns the function that stops this. */
  subscribe(listener: (ended: Ended) => void): () => void
}

/** Ends without subscribers yet. */
export function createSessionEnds(): SessionEnds {
  const listeners = new Set<{ readonly listen: (ended: Ended) => void }>()
  return {
    tell(ended) {
      for (const { listen } of listeners) listen(ended)
    },
    subscribe(listener) {
      // One entry for each call, also of the same function.
      const entry = { listen: listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
