import { attempt, troubleOf } from './connection.ts'
import { session } from './session.ts'
import { whileVisible } from './ticker.ts'

/** What is left of the access token. The token itself no script sees; the session document says when it expires. */
export interface Life {
  /** Whole seconds. */
  readonly left: number
  /** Of its whole life, from 1 down to 0. */
  readonly share: number
  /** How often it was renewed since this page was opened, here or in another tab. */
  readonly renewals: number
}

/**
 * Follows the access token of whoever is signed in, and renews it when it has expired. (An application that shows
 * nothing of it needs nothing of this: `session.fetch` renews when it must.)
 */
export function followTokenLife(show: (life: Life) => void): () => void {
  let renewals = 0
  let expiresAt = 0
  let lifetime = 1
  /** The server's clock minus ours. */
  let offset = 0
  let notBefore = 0
  let renewing = false

  function read(): void {
    const { current } = session
    if (current === undefined || current.expiresAt === expiresAt) return
    if (expiresAt !== 0) renewals++
    offset = current.now - Date.now()
    expiresAt = current.expiresAt
    lifetime = Math.max(1, expiresAt - current.now)
    notBefore = 0
  }

  async function renew(): Promise<void> {
    renewing = true
    try {
      await attempt(() => session.renew())
    } catch (error) {
      // still signed in; the next try is soon enough
      notBefore = Date.now() + (troubleOf(error)?.retryAfter ?? 3) * 1_000
    } finally {
      renewing = false
    }
  }

  function tick(): void {
    const left = expiresAt - (Date.now() + offset)
    show({
      left: Math.max(0, Math.ceil(left / 1_000)),
      share: Math.min(1, Math.max(0, left / lifetime)),
      renewals,
    })
    if (left <= 0 && !renewing && Date.now() >= notBefore && navigator.onLine) void renew()
  }

  read()
  const stopListening = session.onChange(() => {
    read()
    tick()
  })
  const stopTicking = whileVisible(250, tick)
  return () => {
    stopListening()
    stopTicking()
  }
}
