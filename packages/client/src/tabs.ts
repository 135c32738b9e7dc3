import type { SessionDocument } from './document.ts'
import type { Platform } from './platform.ts'
import type { Verdicts } from './renewal.ts'
import type { State } from './state.ts'

/** What tabs tell one another. The offset of clocks is told too, since a frozen tab hears a message much later. */
type Message<User> =
  | { readonly document: SessionDocument<User>; readonly offset: number }
  | { readonly document?: undefined; readonly ended: string | undefined }

/** The way to the other tabs. */
export interface Tabs<User> extends Verdicts<User> {
  close(): void
}

/** Hears what other tabs learn, and tells them what this one does. Only pages of the same origin can take part. */
export function joinTabs<User>(
  { channel: open }: Required<Platform>,
  name: string,
  state: State<User>,
): Tabs<User> {
  let channel = open?.(name)
  channel?.addEventListener('message', ({ data }) => {
    const message = data as Message<User>
    const { current } = state
    // Of two documents, the server's clock tells the later one. The end of an older session is no news.
    if (message.document) {
      if (!current || current.now <= message.document.now) state.accept(message.document, message.offset)
    } else if (!message.ended || !current || current.sessionId === message.ended) state.end(message.ended)
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
  const tell = (message: Message<User>): void => channel?.postMessage(message)
  return {
    adopt(document) {
      state.accept(document)
      tell({ document, offset: state.offset })
      return state.current
    },
    conclude(ended) {
      state.end(ended)
      tell({ ended })
    },
    close() {
      channel?.close()
      // a closed one would throw when a call under way is answered
      channel = undefined
    },
  }
}
