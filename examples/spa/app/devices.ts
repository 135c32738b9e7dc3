import type { DeviceSession } from '@countersign/client'
import { attempt } from './connection.ts'
import { session } from './session.ts'
import { whileVisible } from './ticker.ts'

/** Milliseconds. Asking is also how this page notices that it was signed out elsewhere. */
const INTERVAL = 3_000

/** Follows the list of the user's devices while somebody looks. */
export function followDevices(show: (devices: readonly DeviceSession[]) => void): {
  readonly refresh: () => Promise<void>
  readonly stop: () => void
} {
  let latest = 0
  async function refresh(): Promise<void> {
    const asked = ++latest
    try {
      const devices = await attempt(() => session.sessions())
      if (asked === latest) show(devices)
    } catch {
      // the banner says so, and what is shown stays
    }
  }
  const ask = (): void => void refresh()
  const stop = whileVisible(INTERVAL, ask)
  addEventListener('online', ask)
  return {
    refresh,
    stop() {
      latest = Infinity
      stop()
      removeEventListener('online', ask)
    },
  }
}
