import { memoryStore } from '@countersign/stores'
import { createSessions, type Sessions, type SessionsOptions } from '@countersign/sessions'
import { describe, expect, it } from 'vitest'

const ORIGIN = 'https://app.test'
const NOW = Date.UTC(2026, 0, 1)

function sessionsWith(options: Partial<SessionsOptions> = {}): Sessions {
  const now = (): number => NOW
  return createSessions({
    issuer: ORIGIN,
    origin: ORIGIN,
    store: memoryStore({ now }),
    secrets: ['a secret that only this test ever uses'],
    now,
    ...options,
  })
}

describe('cookies of a login that is none of the routes', () => {
  it('are those of the routes', async () => {
    const sessions = sessionsWith()
    const tokens = await sessions.start({ subject: 'user-1' })
    const seconds = Math.floor((tokens.accessTokenExpiresAt - NOW) / 1_000)
    const attributes = 'Path=/; HttpOnly; Secure; SameSite=Lax'
    expect(sessions.cookies(tokens)).toEqual([
      `__Host-access=${tokens.accessToken}; Max-Age=${seconds}; ${attributes}`,
      `__Host-refresh=${tokens.refreshToken}; Max-Age=604800; ${attributes}`,
    ])
  })

  it('need the origin under which browsers reach the server', async () => {
    const sessions = sessionsWith({ origin: undefined })
    const tokens = await sessions.start({ subject: 'user-1' })
    expect(() => sessions.cookies(tokens)).toThrow('"origin"')
  })
})
