import { createCsrfTokens } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { request, trusting, verdict } from '../support/authenticate.ts'
import { thrownBy } from '../support/options.ts'
import { fc } from '../support/property.ts'

const secret = randomBytes(32)
const tokens = createCsrfTokens([secret])
const signer = createSigner({ alg: 'ES256' })
const authenticator = trusting(signer, { cookie: true, origin: 'https://app.test', csrfSecrets: [secret] })

/** An unsafe request with the cookie of this session and this CSRF token, without any proof of origin. */
async function send(csrf: string | readonly string[], sid: unknown = 's1', more = {}): Promise<string> {
  const headers = { cookie: `__Host-access=${signer.token({ sid, ...more })}`, 'x-csrf-token': csrf }
  return verdict(await authenticator.authenticate(request(headers, { method: 'POST' })))
}

describe('a CSRF token', () => {
  it('[V-20] of the session lets an unsafe request without proof of origin in', async () => {
    expect(await send(await tokens.create('s1'))).toBe('authenticated')
  })

  it.each([
    ['another session', () => tokens.create('s2')],
    ['a session whose name is a prefix', () => tokens.create('s')],
    ['another secret', () => createCsrfTokens([randomBytes(32)]).create('s1')],
    ['the session, tampered with', async () => flip(await tokens.create('s1'), 30)],
    ['the session, with other random', async () => flip(await tokens.create('s1'), 3)],
    ['the session, cut', async () => (await tokens.create('s1')).slice(0, -1)],
    ['the session, and more', async () => `${await tokens.create('s1')}A`],
    ['the session, in a line', async () => `${await tokens.create('s1')}\n`],
    ['the session, twice joined', async () => `${await tokens.create('s1')}, ${await tokens.create('s1')}`],
    ['nothing', () => ''],
    ['a dot', () => '.'],
    ['undefined', () => 'undefined'],
    ['zeros', () => `${'A'.repeat(22)}.${'A'.repeat(43)}`],
  ])('[V-20] of %s is refused', async (_what, make) => {
    expect(await send(await make())).toBe('403 cross_site_rejected')
  })

  it('[V-20] that comes twice is refused', async () => {
    const csrf = await tokens.create('s1')
    expect(await send([csrf, csrf])).toBe('403 cross_site_rejected')
  })

  it('[V-20] is worth nothing for a token without session', async () => {
    for (const name of ['undefined', '', 'null', 'user-1']) {
      expect(await send(await tokens.create(name), undefined)).toBe('403 cross_site_rejected')
    }
    expect.assertions(4)
  })

  it('does not make a bad access token good', async () => {
    expect(await send(await tokens.create('s1'), 's1', { exp: 1 })).toBe('401 token_expired')
    const foreign = { cookie: '__Host-access=a.b.c', 'x-csrf-token': await tokens.create('s1') }
    const view = request(foreign, { method: 'POST' })
    expect(verdict(await authenticator.authenticate(view))).toBe('401 token_malformed')
  })

  it('is not asked for where there is proof of origin, and a wrong one does not spoil that', async () => {
    const cookie = `__Host-access=${signer.token()}`
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'x-csrf-token': 'wrong' }
    expect(verdict(await authenticator.authenticate(request(headers, { method: 'POST' })))).toBe(
      'authenticated',
    )
  })

  it('means nothing where the policy has no secrets', async () => {
    const without = trusting(signer, { cookie: true, origin: 'https://app.test' })
    const headers = {
      cookie: `__Host-access=${signer.token({ sid: 's1' })}`,
      'x-csrf-token': await tokens.create('s1'),
    }
    const said = verdict(await without.authenticate(request(headers, { method: 'POST' })))
    expect(said).toBe('403 cross_site_rejected')
  })

  it('is checked before the revocation hook is asked', async () => {
    let asked = 0
    const hooked = trusting(signer, {
      cookie: true,
      origin: 'https://app.test',
      csrfSecrets: [secret],
      isRevoked: () => ++asked > 0,
    })
    const headers = { cookie: `__Host-access=${signer.token({ sid: 's1' })}`, 'x-csrf-token': 'wrong' }
    const said = verdict(await hooked.authenticate(request(headers, { method: 'POST' })))
    expect(said).toBe('403 cross_site_rejected')
    expect(asked).toBe(0)
  })
})

describe('createCsrfTokens', () => {
  it('verifies what any of its secrets signed, and mints with the first', async () => {
    const [current, previous] = [randomBytes(32), randomBytes(32)]
    const rotated = createCsrfTokens([current, previous])
    expect(await rotated.verify(await createCsrfTokens([previous]).create('s'), 's')).toBe(true)
    expect(await createCsrfTokens([current]).verify(await rotated.create('s'), 's')).toBe(true)
    expect(await createCsrfTokens([previous]).verify(await rotated.create('s'), 's')).toBe(false)
  })

  it('makes another token each time, of a fixed form, without the session in it', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => tokens.create('my-session')))
    expect(new Set(made).size).toBe(20)
    for (const token of made) {
      expect(token).toMatch(/^[\w-]{22}\.[\w-]{43}$/)
      expect(token).not.toContain('my-session')
    }
  })

  it('binds a token to exactly one session, whatever the names', async () => {
    const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1!a', '2!1!a', '1', '!', ''))
    await fc.assert(
      fc.asyncProperty(names, names, async (one, other) => {
        fc.pre(Buffer.from(one).toString('hex') !== Buffer.from(other).toString('hex'))
        const token = await tokens.create(one)
        expect(await tokens.verify(token, one)).toBe(true)
        expect(await tokens.verify(token, other)).toBe(false)
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['no secret', [], /"csrfSecrets" must be a list of secrets/],
    ['a short secret', ['x'], /"csrfSecrets" has 1 bytes/],
    ['a short second secret', [secret, randomBytes(31)], /"csrfSecrets" has 31 bytes/],
    ['a public key', [signer.pem], /"csrfSecrets" holds a PEM key/],
    ['a text for a list', 'a text that is long enough to be a secret', /"csrfSecrets" must be a list/],
    ['undefined in the list', [undefined], /"csrfSecrets" must be a string or a Uint8Array/],
  ])('with %s is an error at start', (_what, secrets, message) => {
    const error = thrownBy(() => createCsrfTokens(secrets as string[]))
    expect(error.option).toBe('csrfSecrets')
    expect(error.message).toMatch(message)
  })
})

/** The text with another character at this place. */
function flip(text: string, index: number): string {
  const other = text[index] === 'A' ? 'B' : 'A'
  return `${text.slice(0, index)}${other}${text.slice(index + 1)}`
}
