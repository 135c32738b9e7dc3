import { createAuthenticator } from '@countersign/core'
import { mount } from '@countersign/express'
import { createIssuer, fileKeyStore } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import express from 'express'
import { importJWK, SignJWT, type JWK } from 'jose'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const AUDIENCE = 'https://api.example.com'
/** Seconds; a day of a real ring takes minutes here, and the clock is moved by the work itself. */
const TIMES = {
  jwksMaxAge: 30,
  refreshKeysEvery: 5,
  lead: 100,
  rotateEvery: 200,
  maxExpiresIn: 120,
  expiresIn: 120,
}
const DURATION = 2_500
/** How far the clock moves with each piece of work. */
const PACE = 0.3
const WORKERS = 12

interface StoredKey {
  readonly kid: string
  readonly activeFrom: number
  readonly private?: { readonly jwk: JWK }
}

it('[I-38] keys rotate under load: no valid token is refused, and none is accepted after its key is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rotation-'))
  const clock = fakeClock()
  const end = clock.now() + DURATION * 1_000
  const store = fileKeyStore(folder, { dangerouslyUnencrypted: true, now: clock.now })
  let asked = 0
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Three processes behind a load balancer, whose clocks differ.
  const processes = [-1_000, 0, 1_500].map((skew) =>
    createIssuer({ issuer, store, now: () => clock.now() + skew, ...TIMES }),
  )
  const mounts = processes.map((process) => mount(process.routes()))
  app.use((req, res, next) => mounts[asked++ % mounts.length]!(req, res, next))
  const verifiers = Array.from({ length: 4 }, () =>
    createAuthenticator({
      issuer,
      audience: AUDIENCE,
      jwksUri: `${issuer}/.well-known/jwks.json`,
      keyServer: { maxAge: TIMES.jwksMaxAge },
      now: clock.now,
    }),
  )

  const inFlight: { token: string; expiresAt: number }[] = []
  const kids = new Set<string>()
  const refusals: unknown[] = []
  const counts = { issued: 0, accepted: 0, stolen: 0, refused: 0 }
  const known = new Map<string, StoredKey>()
  /** Whoever stole a private key while it was there, and goes on signing with it. */
  const forge = async ({ kid, private: kept }: StoredKey) =>
    new SignJWT({ client_id: 'web', jti: 'x' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject('thief')
      .setIssuedAt(clock.seconds())
      .setExpirationTime(clock.seconds() + 60)
      .sign(await importJWK(kept!.jwk, 'ES256'))
  const removalOf = (key: StoredKey) => {
    const later = [...known.values()].filter((other) => other.activeFrom > key.activeFrom)
    return Math.min(...later.map(({ activeFrom }) => activeFrom)) + (TIMES.maxExpiresIn + 120) * 1_000
  }

  async function work(turn: number): Promise<void> {
    clock.advance(PACE)
    const { token, expiresAt } = await processes[turn % 3]!.accessToken({
      subject: 'user-1',
      audience: AUDIENCE,
      clientId: 'web',
    })
    counts.issued++
    inFlight.push({ token, expiresAt })
    kids.add(token.split('.')[0]!)
    // Any token that is in flight, young or old, at any verifier.
    for (const i of [turn * 7, turn * 31, inFlight.length - 1]) {
      const one = inFlight[i % inFlight.length]!
      const outcome = await verifiers[(turn + i) % verifiers.length]!.authenticateToken(one.token)
      if (outcome.type === 'authenticated') counts.accepted++
      // the clock moves while others work
      else if (clock.now() < one.expiresAt) refusals.push(outcome)
    }
    while (inFlight[0] !== undefined && inFlight[0].expiresAt < clock.now()) inFlight.shift()
  }

  async function steal(turn: number): Promise<void> {
    const { content = '{"keys":[]}' } = await store.readKeyRing(issuer)
    for (const key of (JSON.parse(content) as { keys: StoredKey[] }).keys)
      if (key.private !== undefined) known.set(key.kid, key)
    for (const key of known.values()) {
      // Verifiers may hold the set that they fetched just before the key went, for as long as it said.
      if (clock.now() < removalOf(key) + TIMES.jwksMaxAge * 1_000) continue
      const outcome = await verifiers[turn % verifiers.length]!.authenticateToken(await forge(key))
      expect(outcome).toMatchObject({ type: 'refused', refusal: { body: { code: 'key_unknown' } } })
      counts.refused++
    }
    const [newest] = [...known.values()].slice(-1)
    if (newest !== undefined && newest.activeFrom < clock.now()) {
      // The forgery is good as long as the key is there: what is refused above is refused for its key alone.
      const outcome = await verifiers[turn % verifiers.length]!.authenticateToken(await forge(newest))
      if (outcome.type === 'authenticated') counts.stolen++
    }
  }

  try {
    let turn = 0
    await Promise.all(
      Array.from({ length: WORKERS }, async () => {
        while (clock.now() < end) {
          const mine = turn++
          await (mine % 60 === 59 ? steal(mine) : work(mine))
        }
      }),
    )
  } finally {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
    rmSync(folder, { recursive: true, force: true })
  }
  expect(refusals).toEqual([])
  expect(kids.size).toBeGreaterThanOrEqual(10)
  expect(counts.issued).toBeGreaterThan(5_000)
  expect(counts.accepted).toBeGreaterThan(10_000)
  expect(counts.stolen).toBeGreaterThan(20)
  expect(counts.refused).toBeGreaterThan(50)
  expect(asked).toBeGreaterThan(100)
}, 120_000)
