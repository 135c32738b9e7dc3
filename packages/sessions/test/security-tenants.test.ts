import { createAuthenticator } from '@countersign/core'
import { createIssuer } from '@countersign/issuer'
import { expect, it } from 'vitest'
import { createApp, ORIGIN, OTHER_SECRET } from './support/routes.ts'

/** Sessions, and tokens of the same issuer that belong to no session, as a job or a device has them. */
function withTokensOfNoSession() {
  const { clock } = createApp()
  const issuer = createIssuer({
    issuer: ORIGIN,
    audience: ORIGIN,
    clientId: 'device',
    algorithm: 'HS256',
    secret: OTHER_SECRET,
    now: clock.now,
  })
  const app = createApp({}, { issuer, now: clock.now })
  const authenticator = createAuthenticator({ ...app.sessions.verification(), now: clock.now })
  return {
    clock,
    sessions: app.sessions,
    tokenOf: async (tenant: string | undefined) =>
      (await issuer.accessToken({ subject: 'alice', claims: tenant === undefined ? {} : { tenant } })).token,
    verdict: async (token: string) => {
      const outcome = await authenticator.authenticateToken(token)
      return outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type
    },
  }
}

it('[I-19] the end of all sessions reaches tokens without one in the same tenant, and in no other', async () => {
  const { clock, sessions, tokenOf, verdict } = withTokensOfNoSession()
  const [acme, umbrella, none] = [await tokenOf('acme'), await tokenOf('umbrella'), await tokenOf(undefined)]
  clock.advance(2)
  await sessions.endAll({ subject: 'alice', tenant: 'acme' })
  clock.advance(2)
  expect(await Promise.all([acme, umbrella, none].map(verdict))).toEqual([
    'token_revoked',
    'authenticated',
    'authenticated',
  ])
  await sessions.endAll({ subject: 'alice' })
  clock.advance(2)
  expect(await verdict(umbrella)).toBe('authenticated')
  expect(await verdict(none)).toBe('token_revoked')
  expect(await verdict(await tokenOf('acme'))).toBe('authenticated')
})
