import { createAuthenticator, scope, type Events } from '@countersign/core'
import { base64url, createSigner } from '@countersign/forge'
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { hasSubscribers, publish } from '../src/events/events.ts'
import { fakeKeyServer, settled } from './support/fake-key-server.ts'
import { base, bearer, resultOf, request, trusting } from './support/authenticate.ts'
import { listenTo } from './support/listen.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const CHANNELS = [
  'countersign:authenticated',
  'countersign:refused',
  'countersign:keys:refreshed',
  'countersign:keys:failed',
  'countersign:keys:stale',
  'countersign:keys:skipped',
] as const satisfies (keyof Events)[]

/** Everything that anybody could print of what a piece of code publishes. */
async function published(act: () => Promise<void>): Promise<{ text: string; messages: number }> {
  const listeners = CHANNELS.map((name) => listenTo<keyof Events>(name))
  await act()
  await settled()
  const all = listeners.flatMap((listener) => listener.stop())
  for (const message of all) expect(Object.isFrozen(message)).toBe(true)
  const text = inspect(all, {
    depth: Infinity,
    showHidden: true,
    maxStringLength: null,
    maxArrayLength: null,
  })
  return { text, messages: all.length }
}

describe('events', () => {
  it('say who was let in, and by which key', async () => {
    const events = listenTo('countersign:authenticated')
    expect(await resultOf(trusting(signer), signer.token())).toBe('authenticated')
    expect(events.stop()).toEqual([
      { issuer: 'https://idp.test', subject: 'user-1', carrier: 'header', keyId: 'k1' },
    ])
  })

  it('say why a request was refused', async () => {
    const events = listenTo('countersign:refused')
    expect(await resultOf(trusting(signer), signer.token({ exp: 1 }))).toBe('401 token_expired')
    expect(await resultOf(trusting(signer), 'x')).toBe('401 token_malformed')
    expect(events.stop()).toEqual([
      { code: 'token_expired', status: 401, claim: 'exp', cause: undefined },
      { code: 'token_malformed', status: 401, claim: undefined, cause: undefined },
    ])
  })

  it('[E1] hold nothing of a token, whatever becomes of it', async () => {
    const mark = 'MARK-of-the-token'
    const forger = createSigner({ alg: 'ES256', kid: 'k1' })
    const tokens = [
      signer.token({ secretClaim: mark }),
      signer.token({ secretClaim: mark }, { kid: mark, typ: mark }),
      forger.token({ secretClaim: mark }),
      signer.token({ secretClaim: mark, exp: 1 }),
      signer.token({ aud: mark }),
      signer.token({ iss: mark }),
      signer.token({ sub: { mark } }),
      signer.token({ token_use: mark }),
      signer.token({ cnf: { mark } }),
      signer.token({}, { alg: mark }),
      signer.token({}, { crit: [mark] }),
      `${base64url(mark)}.${base64url(mark)}.${base64url(mark)}`,
      mark,
    ]
    const server = fakeKeyServer(signer.jwk)
    const options = {
      ...base,
      jwksUri: 'https://idp.test/jwks',
      fetch: server.fetch,
      cookie: true,
      origin: 'https://app.test',
    }
    const authenticator = createAuthenticator(options)
    const { text, messages } = await published(async () => {
      for (const token of tokens) {
        const outcome = await authenticator.authenticate(bearer(token))
        await authenticator.authorize(outcome, scope('admin'))
        await authenticator.authenticate(request({ cookie: `__Host-access=${token}` }, { method: 'POST' }))
        await authenticator.authenticate(request({ authorization: `Bearer ${token}, ${token}` }))
      }
    })
    expect(messages).toBeGreaterThan(3 * tokens.length)
    expect(text).toContain('scope_insufficient')
    for (const token of tokens) {
      for (const part of [token, ...token.split('.')]) expect(text).not.toContain(part)
    }
    expect(text).not.toContain(mark)
    expect(text).not.toContain(base64url(mark))
  })

  it('hold nothing of a secret either', async () => {
    const hmac = createSigner({
      alg: 'HS256',
      kid: null,
      secret: Buffer.from('a-secret-of-more-than-32-characters!'),
    })
    const authenticator = createAuthenticator({
      ...base,
      algorithms: ['HS256'],
      key: () => hmac.secret!.toString(),
    })
    const { text, messages } = await published(async () => {
      await resultOf(authenticator, hmac.token())
      await resultOf(authenticator, hmac.token({ exp: 1 }))
    })
    expect(messages).toBe(2)
    expect(text).not.toContain('a-secret')
  })

  it('are not built where nobody listens', () => {
    const refused = channel('countersign:refused')
    expect(hasSubscribers('countersign:refused')).toBe(false)
    const spy = vi.spyOn(refused, 'publish')
    const listener = (): void => undefined
    subscribe('countersign:refused', listener)
    expect(hasSubscribers('countersign:refused')).toBe(true)
    unsubscribe('countersign:refused', listener)
    expect(hasSubscribers('countersign:refused')).toBe(false)
    expect(spy).not.toHaveBeenCalled()
    spy.mockRestore()
  })

  it('are published on the channels that are documented', () => {
    const listeners = CHANNELS.map((name) => listenTo<keyof Events>(name))
    for (const name of CHANNELS) {
      expect(hasSubscribers(name)).toBe(true)
      publish(name, {} as never)
    }
    expect(listeners.map((listener) => listener.stop().length)).toEqual(CHANNELS.map(() => 1))
  })
})
