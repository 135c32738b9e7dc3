/** What ended: a session, all sessions with a subject's tag, or an unknown set of sessions. */
export type Ended = { readonly sid: string } | { readonly tag: string } | 'all'

/** The session ends that this process knows of. A feed of ends in other processes would publish them here, too. */
export interface SessionEnds {
  /** Informs all subscribers of an end. */
  announce(ended: Ended): void
  /** Calls the listener for every end from now on. Returns a function that removes the listener. */
  subscribe(listener: (ended: Ended) => void): () => void
}

/** Creates session ends without subscribers. */
export function createSessionEnds(): SessionEnds {
  const listeners = new Set<{ readonly listen: (ended: Ended) => void }>()
  return {
    announce(ended) {
      for (const { listen } of listeners) listen(ended)
    },
    subscribe(listener) {
      // One entry for each call, even if the function is the same.
      const entry = { listen: listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
