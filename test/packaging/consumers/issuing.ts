import { createSession, type SessionDocument } from '@countersign/client'
import { createAuthenticator } from '@countersign/core'
import { memoryStore, type Store } from '@countersign/stores'
import { OptionError } from '@countersign/core/toolkit'
import { jwtAuth, mount } from '@countersign/express'
import { createIssuer, type IssuedToken } from '@countersign/issuer'
import { createSessions, type RefreshResult } from '@countersign/sessions'
import { postgresStore } from '@countersign/store-postgres'
import { redisStore } from '@countersign/store-redis'
import { sqliteStore } from '@countersign/store-sqlite'
import { createTestIssuer, type TestIssuer } from '@countersign/testing'
import { storeSuite } from '@countersign/testing/stores'
import express from 'express'

export const all: readonly Store[] = [memoryStore(), sqliteStore('app.db')]
export const servers: readonly unknown[] = [postgresStore, redisStore, OptionError]

const url = 'https://app.test'
const issuer = createIssuer({ issuer: url, audience: url, store: memoryStore() })
const sessions = createSessions({ issuer, origin: url, store: memoryStore(), secrets: ['secret'] })
export const app = express()
app.use('/auth', mount(sessions.routes({ login: () => ({ subject: 'alice', roles: ['member'] }) })))
app.use(mount(issuer.routes()))
app.use(jwtAuth(sessions.verification()))
// @ts-expect-error a login answers who that is
mount(sessions.routes({ login: () => ({ name: 'alice' }) }))
// @ts-expect-error sessions have secrets
createSessions({ issuer, store: memoryStore() })

export const token: Promise<IssuedToken> = issuer.accessToken({ subject: 'alice', clientId: 'web' })
export const refreshed: Promise<RefreshResult> = sessions.refresh('token')
const page = createSession<{ name: string }>({ base: '/auth' })
export const current: SessionDocument<{ name: string }> | undefined = page.current
export const idp: Promise<TestIssuer> = createTestIssuer({ algorithm: 'ES256' })
export const tested: Promise<unknown> = idp.then(({ options }) => createAuthenticator({ ...options }))
export const cases: readonly string[] = storeSuite({ create: async () => memoryStore() }).map(
  ({ name }) => name,
)
