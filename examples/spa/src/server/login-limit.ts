import type { RateLimitAttempt } from '@countersign/sessions'

const ATTEMPTS = 10
const WINDOW = 60_000

/**
 * At most ten logins a minute for one account from one address: guessing takes years. In memory, so for one process;
 * servers that share the work share a counter too.
 */
export function createLoginLimit(): (attempt: RateLimitAttempt) => true | { retryAfter: number } {
  const counts = new Map<string, { since: number; attempts: number }>()
  return ({ route, ip, credentials }) => {
    if (route !== 'login') return true
    const now = Date.now()
    for (const [key, { since }] of counts) if (now - since >= WINDOW) counts.delete(key)
    const key = JSON.stringify([ip, String(Object(credentials)['email']).slice(0, 100)])
    const count = counts.get(key) ?? { since: now, attempts: 0 }
    counts.set(key, count)
    if (count.attempts >= ATTEMPTS) return { retryAfter: (count.since + WINDOW - now) / 1_000 }
    count.attempts++
    return true
  }
}
