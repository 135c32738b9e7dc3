import { createRecipient, createSigner, fakeClock } from '@countersign/forge'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { acceptTwice, resultOf, principalFor, trusting } from '../support/authenticate.ts'
import { remoteScene } from '../support/remote.ts'

const subtle = vi.spyOn(crypto.subtle, 'decrypt')
beforeEach(() => {
  subtle.mockClear()
})

const recipient = createRecipient()
const signer = createSigner({ kid: 'k1' })
const decryption = { key: recipient.jwk }

/** How many content keys were decrypted. */
const work = (): number => subtle.mock.calls.filter(([parameters]) => parameters === 'RSA-OAEP').length

describe('an encrypted token that was accepted twice', () => {
  it('[I-48] is not decrypted again, and gives the same principal', async () => {
    const authenticator = trusting(signer, { decryption })
    const token = recipient.encrypt(signer.token())
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    const second = await principalFor(authenticator, token)
    for (let i = 0; i < 10; i++) expect(await principalFor(authenticator, token)).toBe(second)
    expect(work()).toBe(2)
  })

  it('is decrypted each time with tokenCacheSize 0', async () => {
    const authenticator = trusting(signer, { decryption, tokenCacheSize: 0 })
    const token = recipient.encrypt(signer.token())
    for (let i = 0; i < 3; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(3)
  })

  it('[B4] [I-48] does not let in what is inside, nor another one with the same inside', async () => {
    const authenticator = trusting(signer, { decryption })
    const inner = signer.token()
    await acceptTwice(authenticator, recipient.encrypt(inner))
    expect(await resultOf(authenticator, inner)).toBe('401 decryption_failed')
    expect(await resultOf(authenticator, createRecipient().encrypt(inner))).toBe('401 decryption_failed')
    expect(await resultOf(authenticator, recipient.encrypt(inner, { cty: 'x' }))).toBe('401 token_malformed')
  })

  it('[B4] [I-48] does not let in one that differs in front of its tag', async () => {
    const authenticator = trusting(signer, { decryption })
    const token = recipient.encrypt(signer.token())
    await acceptTwice(authenticator, token)
    const parts = token.split('.')
    const ciphertext = parts[3]!
    const changed = parts.with(3, `${ciphertext.startsWith('A') ? 'B' : 'A'}${ciphertext.slice(1)}`).join('.')
    expect(await resultOf(authenticator, changed)).toBe('401 decryption_failed')
  })

  it('is refused when it expires', async () => {
    const clock = fakeClock()
    const issuer = createSigner({ now: clock.now })
    const authenticator = trusting(issuer, { decryption, now: clock.now })
    const token = recipient.encrypt(issuer.token({ exp: clock.seconds() + 60 }))
    await acceptTwice(authenticator, token)
    clock.advance(80)
    expect(await resultOf(authenticator, token)).toBe('401 token_expired')
    expect(work()).toBe(2)
  })

  it('[A11] [A12] is refused once the key that signed what is inside was removed', async () => {
    const { authenticator, clock, server, signer: issuer, signerFor } = remoteScene({ decryption })
    const token = recipient.encrypt(issuer.token({ exp: clock.seconds() + 10_000 }))
    await acceptTwice(authenticator, token)
    server.publish(signerFor({ kid: 'k2' }).jwk)
    clock.advance(600)
    expect(await resultOf(authenticator, token)).toBe('401 key_unknown')
  })

  it('shows the token as it was sent, where tokens are exposed', async () => {
    const authenticator = trusting(signer, { decryption, exposeToken: true })
    const token = recipient.encrypt(signer.token())
    for (let i = 0; i < 3; i++) expect((await principalFor(authenticator, token)).token).toBe(token)
  })
})
