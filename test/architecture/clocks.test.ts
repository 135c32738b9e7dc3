import { createAuthenticator } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { memoryStore } from '@countersign/stores'
import { sqliteStore } from '@countersign/store-sqlite'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'

const base = { issuer: 'https://idp.test', audience: 'https://api.test' }
const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
const then = Date.UTC(2031, 0, 1)

/** What each package takes for the time, in milliseconds, by something made beforehand. */
const clocks: Record<string, () => () => Promise<number>> = {
  '@countersign/core': () => {
    const signer = createSigner({ alg: 'HS256' })
    const authenticator = createAuthenticator({ ...base, secret: signer.secret! })
    return async () => authenticator.policy.now()
  },
  '@countersign/stores': () => {
    const store = memoryStore()
    return async () => (await store.readKeyRing('main')).now
  },
  '@countersign/store-sqlite': () => {
    const store = sqliteStore(':memory:')
    const ready = store.init()
    return async () => (await ready.then(() => store.readKeyRing('main'))).now
  },
  '@countersign/issuer': () => {
    const issuer = createIssuer({ ...base, clientId: 'web', algorithm: 'HS256', secret: secrets[0]! })
    return async () => (await issuer.accessToken({ subject: 'user-1', expiresIn: 60 })).expiresAt - 60_000
  },
  '@countersign/sessions': () => {
    const sessions = createSessions({ issuer: 'https://app.test', store: memoryStore(), secrets })
    return async () => (await sessions.start({ subject: 'user-1' })).accessTokenExpiresAt - 600_000
  },
}

afterEach(() => vi.useRealTimers())

describe.each(Object.entries(clocks))('the default clock of %s', (_name, make) => {
  const off = (time: number, expected: number): number => Math.abs(time - expected)
  const MINUTE = 60_000

  it('[V-27] follows fake timers that are set after it was made', async () => {
    const now = make()
    expect(off(await now(), Date.now())).toBeLessThan(MINUTE)
    vi.useFakeTimers({ now: then, toFake: ['Date'] })
    expect(off(await now(), then)).toBeLessThan(MINUTE)
  })

  it('[V-27] follows the real time after fake timers that were set before it was made', async () => {
    vi.useFakeTimers({ now: then, toFake: ['Date'] })
    const now = make()
    expect(off(await now(), then)).toBeLessThan(MINUTE)
    vi.useRealTimers()
    expect(off(await now(), Date.now())).toBeLessThan(MINUTE)
  })

  it('[V-27] follows a spy on Date.now', async () => {
    const now = make()
    const spy = vi.spyOn(Date, 'now').mockReturnValue(then)
    expect(off(await now(), then)).toBeLessThan(MINUTE)
    spy.mockRestore()
  })
})

it('[V-27] an expired token does not pass under fake timers, also where it is remembered', async () => {
  const signer = createSigner({ alg: 'HS256' })
  const authenticator = createAuthenticator({ ...base, secret: signer.secret! })
  const token = signer.token()
  for (let i = 0; i < 3; i++)
    expect((await authenticator.authenticateToken(token)).type).toBe('authenticated')
  vi.useFakeTimers({ now: then })
  expect(await authenticator.authenticateToken(token)).toMatchObject({
    type: 'refused',
    refusal: { body: { code: 'token_expired' } },
  })
})

it('[V-27] no source keeps the clock of its start', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const sources = globSync('packages/*/src/**/*.ts', { cwd: root })
  const keeping = sources.filter((file) => {
    const code = readFileSync(`${root}/${file}`, 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '')
    return /\b(?:Date|performance)\s*\.\s*now\b(?!\s*\()|=\s*(?:Date|performance)\b(?!\.)/.test(code)
  })
  expect(sources.length).toBeGreaterThan(200)
  expect(keeping).toEqual([])
})
