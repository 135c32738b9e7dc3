import { createAuthenticator } from '@countersign/core'
import { createIssuer, type SigningAlgorithm } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import { beforeEach, describe, expect, it } from 'vitest'
import { AUDIENCE, faultyStore, INPUT, ISSUER, isGood, kidOf, signingKid } from '../support.ts'

const LEAD = 3_600
let clock = fakeClock()
let store = faultyStore(clock)
beforeEach(() => {
  clock = fakeClock()
  store = faultyStore(clock)
})
const start = (algorithm: SigningAlgorithm = 'ES256') =>
  createIssuer({ issuer: ISSUER, store, algorithm, now: clock.now })
const states = async (issuer = start()) => (await issuer.keys()).map(({ state }) => state)

describe('a key that may have leaked', () => {
  it('[I-38] is out at once, in every process, and another signs', async () => {
    const [one, two] = [start(), start()]
    const { token } = await two.accessToken(INPUT)
    await one.ready()
    expect(await one.retire(kidOf(token))).toBe(true)
    clock.advance(1)
    // The other process has a copy of the ring that is younger than its refresh.
    for (const issuer of [one, two]) expect(await isGood(await issuer.jwks(), token, clock.now())).toBe(false)
    const kid = await signingKid(one)
    expect(kid).not.toBe(kidOf(token))
    clock.advance(60)
    expect(await signingKid(two)).toBe(kid)
    expect(await states()).toEqual(['removed', 'active'])
    expect(store.get()?.content.match(/"d":/g)).toHaveLength(1)
  })

  it('gives its place to the one that waits', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    const next = await issuer.rotate()
    expect(await issuer.retire(kid)).toBe(true)
    expect(await signingKid(issuer)).toBe(next.kid)
    expect(await states()).toEqual(['removed', 'active'])
  })

  it('is replaced by another one if it was waiting', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    const next = await issuer.rotate()
    expect(await issuer.retire(next.kid)).toBe(true)
    expect(await signingKid(issuer)).toBe(kid)
    clock.advance(LEAD + 1)
    expect(await signingKid(issuer)).toBe(kid)
    expect((await issuer.keys()).map(({ state, removedAt }) => [state, removedAt !== undefined])).toEqual([
      ['active', false],
      ['removed', true],
    ])
    const another = await issuer.rotate()
    expect(another.kid).not.toBe(next.kid)
  })

  it('goes, though it signs no more', async () => {
    const issuer = start()
    const { token } = await issuer.accessToken({ ...INPUT, expiresIn: 3_600 })
    await issuer.rotate()
    clock.advance(LEAD)
    const kid = await signingKid(issuer)
    expect(await isGood(await issuer.jwks(), token, clock.now() - 600_000)).toBe(true)
    expect(await issuer.retire(kidOf(token))).toBe(true)
    expect(await isGood(await issuer.jwks(), token, clock.now() - 600_000)).toBe(false)
    expect(await signingKid(issuer)).toBe(kid)
  })

  it('is unknown, or gone already: nothing happens', async () => {
    const issuer = start()
    const kid = await signingKid(issuer)
    const before = store.writes
    expect(await issuer.retire('nobody')).toBe(false)
    expect(store.writes).toBe(before)
    await issuer.retire(kid)
    const then = store.writes
    expect(await issuer.retire(kid)).toBe(false)
    expect(store.writes).toBe(then)
  })

  it('is retired by 20 processes at once: one did it', async () => {
    const all = Array.from({ length: 20 }, () => start())
    const kid = await signingKid(all[0]!)
    const answers = await Promise.all(all.map((issuer) => issuer.retire(kid)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(new Set(await Promise.all(all.map(signingKid))).size).toBe(1)
  })

  it('is not remembered for ever, and none comes back', async () => {
    const issuer = start()
    const gone = new Set<string>()
    for (let i = 0; i < 30; i++) {
      const kid = await signingKid(issuer)
      expect(gone).not.toContain(kid)
      gone.add(kid)
      await issuer.retire(kid)
      clock.advance(1)
    }
    expect((await issuer.keys()).length).toBeLessThan(15)
    expect((await issuer.jwks()).keys).toHaveLength(1)
  })
})

describe('another algorithm', () => {
  it('[I-37] comes with a key of its own, which is published before it signs; nothing is refused', async () => {
    const before = start('ES256')
    const old = await before.accessToken({ ...INPUT, expiresIn: 3_600 })
    const after = start('EdDSA')
    const authenticator = createAuthenticator({
      ...after.verification(),
      audience: AUDIENCE,
      now: clock.now,
    })
    const seen: unknown[] = []
    for (let minute = 0; minute <= 62; minute++) {
      const { token } = await after.accessToken(INPUT)
      const { alg } = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { alg: string }
      seen.push(alg)
      expect((await authenticator.authenticateToken(token)).type).toBe('authenticated')
      const alive = clock.now() < old.expiresAt
      const { type } = await authenticator.authenticateToken(old.token)
      expect(type === 'authenticated' || !alive).toBe(true)
      clock.advance(60)
    }
    expect(seen.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 'ES256'))
    expect(seen.slice(60)).toEqual(['EdDSA', 'EdDSA', 'EdDSA'])
    expect((await after.jwks()).keys.map(({ alg }) => alg)).toEqual(['ES256', 'EdDSA'])
    clock.advance(7_200)
    expect((await after.jwks()).keys.map(({ alg }) => alg)).toEqual(['EdDSA'])
  })
})

describe('a verifier in another process of the same service', () => {
  it('knows a key that had to sign at once', async () => {
    const [one, two] = [start(), start()]
    const authenticator = createAuthenticator({ ...two.verification(), audience: AUDIENCE, now: clock.now })
    const first = await one.accessToken(INPUT)
    expect((await authenticator.authenticateToken(first.token)).type).toBe('authenticated')
    clock.advance(2)
    await one.retire(kidOf(first.token))
    const second = await one.accessToken(INPUT)
    expect((await authenticator.authenticateToken(second.token)).type).toBe('authenticated')
    clock.advance(30)
    expect(await authenticator.authenticateToken(first.token)).toMatchObject({
      refusal: { body: { code: 'key_unknown' } },
    })
  })

  it('asks the store at most once a second for names that nobody has', async () => {
    const issuer = start()
    const { token } = await issuer.accessToken(INPUT)
    const authenticator = createAuthenticator({
      ...issuer.verification(),
      audience: AUDIENCE,
      now: clock.now,
    })
    const [, ...rest] = token.split('.')
    const before = store.reads
    for (let i = 0; i < 100; i++) {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `k${i}` })).toString(
        'base64url',
      )
      await authenticator.authenticateToken([header, ...rest].join('.'))
      clock.advance(0.1)
    }
    expect(store.reads - before).toBeLessThanOrEqual(11)
  })
})

describe('a clock that was set back', () => {
  it.each([10, 3_600, 7_000])('on this machine, by %i s: the copy is read anew', async (seconds) => {
    let skew = 0
    const issuer = createIssuer({ issuer: ISSUER, store, now: () => clock.now() + skew })
    const kid = await signingKid(issuer)
    clock.advance(7_200)
    const next = await issuer.rotate()
    skew = -seconds * 1_000
    expect(await signingKid(issuer)).toBe(kid)
    clock.advance(LEAD - 1)
    expect(await signingKid(issuer)).toBe(kid)
    clock.advance(1)
    expect(await signingKid(issuer)).toBe(next.kid)
  })

  it('on this machine, while the first key was being made: it signs all the same', async () => {
    let skew = 0
    const issuer = createIssuer({ issuer: ISSUER, store, now: () => clock.now() + skew })
    store.afterNextRead = async () => void (skew = -3_600_000)
    expect(await signingKid(issuer)).toMatch(/^[\w-]{43}$/)
  })

  it('on this machine, while the store was down: it is asked again', async () => {
    let skew = 0
    const issuer = createIssuer({ issuer: ISSUER, store, now: () => clock.now() + skew })
    await issuer.ready()
    clock.advance(100)
    store.down = true
    await issuer.accessToken(INPUT)
    skew = -50_000
    store.down = false
    const before = store.reads
    await issuer.accessToken(INPUT)
    expect(store.reads).toBeGreaterThan(before)
  })

  it.each([3_600, 400 * 86_400])(
    'on the store, by %i s: one key signs, and nothing is stuck',
    async (seconds) => {
      const issuer = start()
      const before = await signingKid(issuer)
      clock.advance(400 * 86_400)
      await signingKid(issuer)
      clock.advance(LEAD + 1)
      const ahead = await signingKid(issuer)
      expect(ahead).not.toBe(before)
      clock.advance(5)
      expect(await states(issuer)).toContain('active')
      clock.advance(-seconds)
      for (let day = 0; day < 40; day++) {
        const kid = await signingKid(issuer)
        const { set } = { set: await issuer.jwks() }
        expect(set.keys.map((key) => key.kid)).toContain(kid)
        expect((await states()).filter((state) => state === 'active')).toHaveLength(1)
        clock.advance(86_400)
      }
    },
  )

  it('on the store, after it ran a year ahead and keys were thrown away: a new key signs', async () => {
    const issuer = start()
    const first = await signingKid(issuer)
    const year = 366 * 86_400
    clock.advance(year)
    await issuer.rotate()
    clock.advance(3 * LEAD)
    // The first key is removed by now, and the next write drops its private half.
    await issuer.rotate()
    clock.advance(-year - 3 * LEAD + 10)
    const kid = await signingKid(issuer)
    expect(kid).not.toBe(first)
    expect((await issuer.jwks()).keys.map((key) => key.kid)).toContain(kid)
    clock.advance(60)
    expect(await signingKid(start())).toBe(kid)
  })
})

it('[I-38] an issuer that was idle past its turn publishes the next key before it signs', async () => {
  const issuer = start()
  const kid = await signingKid(issuer)
  clock.advance(40 * 86_400)
  expect(await signingKid(issuer)).toBe(kid)
  expect(await states(issuer)).toEqual(['active', 'next'])
  clock.advance(LEAD - 1)
  expect(await signingKid(issuer)).toBe(kid)
  clock.advance(1)
  expect(await signingKid(issuer)).not.toBe(kid)
})
