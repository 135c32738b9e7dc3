import { fetchRequestView, role, scope } from '@countersign/core'
import { auditMarkOf } from '@countersign/core/adapter'
import * as express from '@countersign/express'
import * as fastify from '@countersign/fastify'
import * as hono from '@countersign/hono'
import * as koa from '@countersign/koa'
import { createTestIssuer } from '@countersign/testing'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

const NAMES = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'PUBLIC_KEY', 'SECRET', 'ALGORITHMS']

const adapters = Object.entries({ express, fastify, hono, koa })

describe.each(adapters)('%s: jwtAuth() without options', (_name, { jwtAuth }) => {
  beforeEach(() => {
    for (const name of NAMES) vi.stubEnv(`JWT_${name}`, undefined)
  })
  afterEach(() => void vi.unstubAllEnvs())

  it('names what is missing in the environment', () => {
    expect(() => jwtAuth()).toThrow('JWT_ISSUER and JWT_AUDIENCE are not set')
  })

  it('checks tokens by what the environment says, with keys that it discovers', async () => {
    const idp = await createTestIssuer({ listen: true })
    onTestFinished(() => idp.close())
    vi.stubEnv('JWT_ISSUER', idp.issuer)
    vi.stubEnv('JWT_AUDIENCE', 'https://other.test, https://api.test')
    const { authenticator } = jwtAuth()
    const outcomeOf = async (authorization: string) => {
      const request = new Request('https://api.test/', { headers: { authorization } })
      return authenticator.authenticate(fetchRequestView(request))
    }
    expect(await outcomeOf(await idp.bearer())).toMatchObject({
      type: 'authenticated',
      principal: { subject: 'user-1' },
    })
    const foreign = await outcomeOf(`Bearer ${await idp.wrongAudience()}`)
    expect(foreign).toMatchObject({ type: 'refused', refusal: { body: { code: 'claim_mismatch' } } })
  })
})

it.each(adapters)(
  '[C9] %s: requireScopes and requireRoles ask for all that they are given',
  (_name, { requireScopes, requireRoles }) => {
    expect(auditMarkOf(requireScopes('a', 'b'))).toEqual({ type: 'authorize', requirement: scope('a', 'b') })
    expect(auditMarkOf(requireRoles('a', 'b'))).toEqual({ type: 'authorize', requirement: role('a', 'b') })
  },
)
