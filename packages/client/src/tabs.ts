import type { SessionDocument } from './document.ts'
import type { Platform } from './platform.ts'
import type { State } from './state.ts'

/** Messages between tabs. They include the clock offset, because a frozen tab receives a message much later. */
type Message<User> =
  | { readonly document: SessionDocument<User>; readonly offset: number }
  | { readonly document?: undefined; readonly ended: string | undefined }

/** The connection to the other tabs. */
export interface Tabs<User> {
  /** Stores a document that the server sent to this tab, and sends it to the other tabs. */
  adopt(document: SessionDocument<User>): SessionDocument<User> | undefined
  /** The server said that no user is signed in, or that this session is over. */
  conclude(ended: string | undefined): void
  close(): void
}

/**
 * Receives what other tabs learn, and sends them what this tab learns. Only pages of the same origin can take part.
 * Documents of one session are ordered by their generation. Documents of different sessions are not compared, because
 * the clocks of servers differ: if the order is unknown, `ask` asks the server.
 */
export function joinTabs<User>(
  { channel: open }: Required<Platform>,
  name: string,
  state: State<User>,
  ask: () => void,
): Tabs<User> {
  function hear(message: Message<User>): void {
    const { current, doubts, settled, ended } = state
    const { document } = message
    const id = document ? document.sessionId : message.ended
    const isOurs = id !== undefined && id === current?.sessionId && doubts === settled
    if (document) {
      if (!isOurs) {
        if (id !== ended) ask()
      } else if (!((document.generation ?? 0) < (current.generation ?? 0)))
        state.accept(document, message.offset)
    } else if (isOurs) state.end(id)
    else if (state.status !== 'signed-out') ask()
  }

  let channel = attempt(() => {
    const opened = open?.(name)
    opened?.addEventListener('message', ({ data }) => hear(data as Message<User>))
    // a Node channel, in tests of pages, would keep the process running
    opened?.unref?.()
    return opened
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
  const tell = (message: Message<User>): void => attempt(() => channel?.postMessage(message))
  return {
    adopt(document) {
      const before = state.current
      const current = state.accept(document)
      if (current !== before) tell({ document, offset: state.offset })
      return current
    },
    conclude(ended) {
      state.end(ended)
      tell({ ended })
    },
    close() {
      channel?.close()
      // a closed channel would throw when a running call completes
      channel = undefined
    },
  }
}

/** A channel that cannot be opened or used, as in sandboxed documents, counts as missing: each tab then works alone. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
