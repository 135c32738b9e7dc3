import { createSessions } from '@countersign/sessions'
import { createIssuer } from '@countersign/issuer'
import { expect, it } from 'vitest'
import { createApp, ORIGIN, OTHER_SECRET, SECRET } from './support/routes.ts'

it('[I-7] a refresh token of one application gets none of another, and its session stays as it is', async () => {
  const { clock, store } = createApp()
  const issuer = createIssuer({ issuer: ORIGIN, algorithm: 'HS256', secret: OTHER_SECRET, now: clock.now })
  const of = (clientId: string) =>
    createSessions({
      issuer,
      store,
      secrets: [SECRET],
      clientId,
      audience: `https://${clientId}.example.com`,
      now: clock.now,
    })
  const { refreshToken } = await of('shop').start({ subject: 'alice', roles: ['admin'] })
  expect(await of('back-office').refresh(refreshToken)).toMatchObject({
    reason: 'mismatch',
    definitive: false,
  })
  expect(await of('shop').refresh(refreshToken)).toMatchObject({ type: 'refreshed' })
})

it('[I-13] nor one of another audience, where client and secrets are the same', async () => {
  const { clock, store } = createApp()
  const issuer = createIssuer({ issuer: ORIGIN, algorithm: 'HS256', secret: OTHER_SECRET, now: clock.now })
  const of = (audience: string) =>
    createSessions({ issuer, store, secrets: [SECRET], audience, now: clock.now })
  const { refreshToken } = await of('https://shop.example.com').start({ subject: 'alice' })
  const elsewhere = await of('https://back-office.example.com').refresh(refreshToken)
  expect(elsewhere).toMatchObject({ reason: 'mismatch', definitive: false })
  expect(await of('https://shop.example.com').refresh(refreshToken)).toMatchObject({ type: 'refreshed' })
})
