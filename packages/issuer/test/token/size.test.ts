import { createIssuer } from '@countersign/issuer'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { INPUT, ISSUER } from '../support.ts'

const events: unknown[] = []
const hear = (message: unknown) => void events.push(message)
const warnings: (Error & { code?: string })[] = []
const warn = (warning: Error) => void warnings.push(warning)
beforeEach(() => {
  events.length = 0
  warnings.length = 0
  subscribe('countersign:token:large', hear)
  process.on('warning', warn)
})
afterEach(() => {
  unsubscribe('countersign:token:large', hear)
  process.off('warning', warn)
})
const start = (sizeWarning?: number) =>
  createIssuer({
    issuer: ISSUER,
    algorithm: 'HS256',
    secret: 'Xq2vK9wZ4mB7nL1pR8tY5uH3gF6dS0aJ',
    sizeWarning,
  })
const heard = () => warnings.filter(({ code }) => code === 'COUNTERSIGN_TOKEN_LARGE')
/** Warnings are emitted on the next tick. */
const tick = () => new Promise((resolve) => setImmediate(resolve))

it('a large token is an event each time, and one warning of the process, which names claims and no value', async () => {
  const issuer = start()
  const claims = {
    avatar: 'secret-value '.repeat(400),
    permissions: Array.from({ length: 50 }, (_, i) => `p${i}`),
  }
  for (let i = 0; i < 3; i++) await issuer.accessToken({ ...INPUT, claims })
  await tick()
  expect(events).toHaveLength(3)
  expect(events[0]).toMatchObject({ issuer: ISSUER, largest: ['avatar', 'permissions', 'jti'] })
  expect((events[0] as { bytes: number }).bytes).toBeGreaterThan(5_000)
  expect(Object.isFrozen(events[0])).toBe(true)
  expect(heard()).toHaveLength(1)
  expect(heard()[0]?.message).toMatch(
    /^A token of \d+ bytes was issued \(sizeWarning: 3800\); its largest claims are avatar, permissions, jti\./,
  )
  expect(JSON.stringify([events, heard().map(String)])).not.toContain('secret-value')
})

it('a token of just that size is none', async () => {
  const probe = start()
  const { length } = (await probe.accessToken({ ...INPUT, claims: { x: 'x'.repeat(300) } })).token
  await start(length).accessToken({ ...INPUT, claims: { x: 'x'.repeat(300) } })
  await tick()
  expect(events).toEqual([])
  expect(heard()).toEqual([])
  await start(length - 1).accessToken({ ...INPUT, claims: { x: 'x'.repeat(300) } })
  expect(events).toHaveLength(1)
})
