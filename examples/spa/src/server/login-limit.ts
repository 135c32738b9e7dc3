import type { RateLimitAttempt } from '@countersign/sessions'

const WINDOW = 60_000
const FROM_ONE_ADDRESS = 100
const FOR_ONE_ACCOUNT = 10

/**
 * From one address at most a hundred logins a minute, ten of them for the same account: guessing takes years. In memory,
 * so for one process; servers that share the work share a counter too.
 */
export function createLoginLimit(): (attempt: RateLimitAttempt) => true | { retryAfter: number } {
  const counts = new Map<string, number>()
  let since = 0

  /** Counts an attempt, if there may be one more. */
  function take(key: string, limit: number): boolean {
    const count = counts.get(key) ?? 0
    if (count < limit) counts.set(key, count + 1)
    return count < limit
  }

  return ({ route, ip, credentials }) => {
    if (route !== 'login') return true
    const now = Date.now()
    if (now - since >= WINDOW) {
      counts.clear()
      since = now
    }
    const { email } = Object(credentials) as { email?: unknown }
    // The account as `login` reads it: another spelling must not have attempts of its own.
    const account = typeof email === 'string' ? email.trim().toLowerCase().slice(0, 100) : ''
    const mayPass =
      take(JSON.stringify([ip]), FROM_ONE_ADDRESS) && take(JSON.stringify([ip, account]), FOR_ONE_ACCOUNT)
    return mayPass || { retryAfter: (since + WINDOW - now) / 1_000 }
  }
}
