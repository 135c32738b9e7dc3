import { createAuthenticator } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createTokenCache } from '../../src/accept/token-cache.ts'
import { base, bearer, request, verdict } from '../support/authenticate.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes that are alive after some work and were not before it. */
async function keptBy(work: () => unknown): Promise<{ bytes: number; held: unknown }> {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const held = await work()
  collectGarbage()
  return { bytes: process.memoryUsage().heapUsed - before, held }
}

const COUNT = 400
const HEADER_BYTES = 50_000
const TOKEN_BYTES = 5_000

/** A text of its own, as an HTTP parser makes them: nothing else holds its characters. */
function freshText(text: string): string {
  return Buffer.from(text).toString('latin1')
}

describe('what the memory of tokens keeps alive', () => {
  it('is no more of a long text than the token that was cut out of it', async () => {
    const { bytes, held } = await keptBy(() => {
      const cache = createTokenCache<number>(COUNT)
      for (let i = 0; i < COUNT; i++) {
        const token = `${'x'.repeat(100)}.${String(i).padStart(5, '0')}A`
        cache.set(freshText(`${token};${'y'.repeat(HEADER_BYTES)}`).slice(0, token.length), i)
      }
      return cache
    })
    expect((held as { size: number }).size).toBe(COUNT)
    expect(bytes).toBeLessThan((COUNT * HEADER_BYTES) / 10)
  })

  it.each([false, true])('is no cookie header, with exposeToken: %s', async (exposeToken) => {
    const signer = createSigner({ alg: 'HS256', kid: 'h' })
    const authenticator = createAuthenticator({
      ...base,
      secret: signer.secret!,
      cookie: true,
      origin: 'https://app.test',
      exposeToken,
    })
    const tokens: Record<string, string> = {}
    // more keys than one, so that their headers are remembered as well
    const { bytes } = await keptBy(async () => {
      for (let i = 0; i < 3 * COUNT; i++) {
        const name = `${i % COUNT}`
        tokens[name] ??= signer.token({ jti: name }, { kid: `key-${name}`, padding: 'p'.repeat(30) })
        const cookie = freshText(`__Host-access=${tokens[name]}; other=${'y'.repeat(HEADER_BYTES)}`)
        const outcome = await authenticator.authenticate(request({ cookie }))
        if (outcome.type !== 'authenticated') throw new Error(verdict(outcome))
      }
    })
    expect(bytes).toBeLessThan((COUNT * HEADER_BYTES) / 10)
    // still in use, so that nothing of it could be collected before
    expect((await authenticator.authenticateToken(signer.token())).type).toBe('authenticated')
  })

  it('is nothing of a token that came once', { timeout: 30_000 }, async () => {
    const signer = createSigner({ alg: 'HS256', kid: 'h' })
    const authenticator = createAuthenticator({ ...base, secret: signer.secret! })
    const come = async (times: number) => {
      for (let i = 0; i < COUNT; i++) {
        const token = signer.token({ jti: `${times}-${i}`, padding: 'p'.repeat(TOKEN_BYTES) })
        for (let j = 0; j < times; j++) {
          const outcome = await authenticator.authenticate(bearer(freshText(token)))
          if (outcome.type !== 'authenticated') throw new Error(verdict(outcome))
        }
      }
    }
    const { bytes: ofStrangers } = await keptBy(() => come(1))
    const { bytes: ofAcquaintances } = await keptBy(() => come(2))
    expect(ofStrangers).toBeLessThan((COUNT * TOKEN_BYTES) / 10)
    expect(ofAcquaintances).toBeGreaterThan(COUNT * TOKEN_BYTES)
    // still in use, so that nothing of it could be collected before
    expect((await authenticator.authenticateToken(signer.token())).type).toBe('authenticated')
  })
})
