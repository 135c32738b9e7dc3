import type { KeyFunction } from '@countersign/core'
import { createSigner, type Signer } from '@countersign/forge'
import { describe, expect, it, vi } from 'vitest'
import { createTokenAcceptor, type AcceptedToken } from '../../src/accept/accept-token.ts'
import { rememberAccepted } from '../../src/accept/remember-accepted.ts'
import { readIssuerEntry, type IssuerEntry } from '../../src/issuer/issuer-entry.ts'
import type { AnyIssuerOptions } from '../../src/issuer/issuer-options.ts'
import { Failure } from '../../src/refusal/failure.ts'

const ours = 'https://idp.test'
const theirs = 'https://other.test'
const context = { maxTokenLength: 16_384, now: Date.now }
const policy = { maxTokenLength: 16_384, offload: false }

function entryOf(signer: Signer, more: Partial<AnyIssuerOptions> = {}): IssuerEntry {
  const options = { issuer: ours, audience: 'https://api.test', jwks: { keys: [signer.jwk] }, ...more }
  return readIssuerEntry(options, context)
}

/** Several entries behind one memory of tokens and one of headers, as the authenticator puts them together. */
function accepting(...entries: IssuerEntry[]) {
  const issuers = new Map(entries.map((entry) => [entry.issuer, entry]))
  const accept = rememberAccepted(createTokenAcceptor(issuers, policy), issuers, {
    tokenCacheSize: 10,
    maxTokenLength: 16_384,
  })
  const say = async (token: string): Promise<string | AcceptedToken> => {
    const accepted = await accept(token, Date.now())
    return accepted instanceof Failure ? accepted.code : accepted
  }
  return { issuers, say }
}

const ec = createSigner({ alg: 'ES256', kid: 'k1' })
const rsa = createSigner({ alg: 'RS256', kid: 'k1' })

describe('entries of several issuers', () => {
  it('share one memory of headers, which holds no verdict: alg is checked against the entry each time', async () => {
    const { say } = accepting(
      entryOf(ec, { algorithms: ['ES256'] }),
      entryOf(rsa, { issuer: theirs, algorithms: ['RS256'] }),
    )
    for (let i = 0; i < 3; i++) {
      expect(await say(ec.token({ iss: ours, jti: `${i}` }))).toMatchObject({
        token: { issuer: { issuer: ours } },
      })
      expect(await say(ec.token({ iss: theirs, jti: `${i}` }))).toBe('algorithm_not_allowed')
      expect(await say(rsa.token({ iss: theirs, jti: `${i}` }))).toMatchObject({
        token: { issuer: { issuer: theirs } },
      })
      expect(await say(rsa.token({ iss: ours, jti: `${i}` }))).toBe('algorithm_not_allowed')
    }
  })

  it('are not asked for the key of an algorithm that they do not allow, remembered header or not', async () => {
    const key = vi.fn<KeyFunction>(() => ec.jwk)
    const { say } = accepting(
      entryOf(ec),
      readIssuerEntry({ issuer: theirs, audience: null, algorithms: ['RS256'], key }, context),
    )
    for (let i = 0; i < 3; i++) {
      expect(await say(ec.token({ iss: theirs }))).toBe('algorithm_not_allowed')
      expect(await say(ec.token({ jti: `${i}` }))).toMatchObject({ token: { issuer: { issuer: ours } } })
    }
    expect(key).not.toHaveBeenCalled()
  })

  it('never lend each other their keys', async () => {
    const { say } = accepting(
      entryOf(ec),
      entryOf(createSigner({ alg: 'ES256', kid: 'k1' }), { issuer: theirs }),
    )
    const token = ec.token({ iss: ours })
    for (let i = 0; i < 3; i++)
      expect(await say(token)).toMatchObject({ token: { issuer: { issuer: ours } } })
    for (let i = 0; i < 3; i++) expect(await say(ec.token({ iss: theirs }))).toBe('signature_invalid')
  })
})

describe('what is remembered of a token is good only while its entry is current', () => {
  it('and that is the very object: an equal one has the token verified anew', async () => {
    const { issuers, say } = accepting(entryOf(ec))
    const token = ec.token()
    await say(token)
    const first = await say(token)
    expect(await say(token)).toBe(first)
    issuers.set(ours, entryOf(ec))
    const anew = await say(token)
    expect(anew).not.toBe(first)
    expect(anew).toMatchObject({ token: { issuer: { issuer: ours } } })
    expect(await say(token)).toBe(anew)
  })

  it.each<[string, Partial<AnyIssuerOptions>, string]>([
    ['audience', { audience: 'https://changed.test' }, 'claim_mismatch'],
    ['algorithms', { algorithms: ['RS256'], jwks: { keys: [rsa.jwk] } }, 'algorithm_not_allowed'],
    ['keys', { jwks: { keys: [createSigner({ alg: 'ES256', kid: 'k2' }).jwk] } }, 'key_unknown'],
  ])('so that other %s count at once', async (_what, more, said) => {
    const { issuers, say } = accepting(entryOf(ec))
    const token = ec.token()
    for (let i = 0; i < 3; i++)
      expect(await say(token)).toMatchObject({ token: { issuer: { issuer: ours } } })
    issuers.set(ours, entryOf(ec, more))
    for (let i = 0; i < 3; i++) expect(await say(token)).toBe(said)
  })

  it('and an issuer that is gone takes its tokens along', async () => {
    const { issuers, say } = accepting(entryOf(ec))
    const token = ec.token()
    for (let i = 0; i < 3; i++) await say(token)
    issuers.delete(ours)
    expect(await say(token)).toBe('claim_mismatch')
  })
})
