import { createAuthenticator } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { createApp } from './support/routes.ts'

const CURRENT = { roles: ['member', 'admin'], scope: ['read', 'write'] }

describe('impersonation, where claims() says what users are by now', () => {
  async function rolesAndScopes(input: { roles?: readonly string[]; scope?: readonly string[] }) {
    const { sessions, clock } = createApp({}, { claims: () => CURRENT })
    const actor = { subject: 'support' }
    const { accessToken } = await sessions.impersonate({ subject: 'alice', actor, ...input })
    const authenticator = createAuthenticator({ ...sessions.verification(), now: clock.now })
    const outcome = await authenticator.authenticateToken(accessToken)
    if (outcome.type !== 'authenticated') throw new Error('the token is refused')
    const { roles, scopes } = outcome.principal
    return { roles, scopes }
  }

  it('[I-23] gives no role and no scope that was not asked for', async () => {
    expect(await rolesAndScopes({})).toEqual({ roles: [], scopes: [] })
    expect(await rolesAndScopes({ roles: ['member'], scope: ['read'] })).toEqual({
      roles: ['member'],
      scopes: ['read'],
    })
  })

  it('[I-23] and none that the user does not have any more', async () => {
    expect(await rolesAndScopes({ roles: ['owner', 'member'], scope: ['read', 'delete'] })).toEqual({
      roles: ['member'],
      scopes: ['read'],
    })
  })
})

it('a session of the user itself has the roles of by now', async () => {
  const { sessions, clock } = createApp({}, { claims: () => CURRENT })
  const { accessToken } = await sessions.start({ subject: 'alice', roles: ['guest'] })
  const authenticator = createAuthenticator({ ...sessions.verification(), now: clock.now })
  expect(await authenticator.authenticateToken(accessToken)).toMatchObject({
    principal: { roles: CURRENT.roles },
  })
})
