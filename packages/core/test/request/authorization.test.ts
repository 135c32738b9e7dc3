import { createSigner } from '@countersign/forge'
import { describe, expect, it, vi } from 'vitest'
import { Failure } from '../../src/refusal/failure.ts'
import { readAuthorization } from '../../src/request/authorization.ts'
import { request, trusting, verdict } from '../support/authenticate.ts'
import { fc } from '../support/property.ts'

const signer = createSigner({ alg: 'ES256' })
const authenticator = trusting(signer)
const token = signer.token()

async function judgeHeader(...values: string[]): Promise<string> {
  return verdict(await authenticator.authenticate(request({ authorization: values })))
}

describe('the Authorization header', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('has a scheme in any case: %s', async (scheme) => {
    expect(await judgeHeader(`${scheme} ${token}`)).toBe('authenticated')
    expect(await judgeHeader(`${scheme}   ${token}`)).toBe('authenticated')
  })

  it('that is missing is no credential', async () => {
    expect(await judgeHeader()).toBe('401 credential_missing')
  })

  it.each(['', ' ', '\t', ' \t ', ',', ', ,'])('[V-38] that is empty is no credential: %j', async (value) => {
    expect(await judgeHeader(value)).toBe('401 credential_missing')
    expect(await judgeHeader(value, value)).toBe('401 credential_missing')
    expect(await judgeHeader(value, `Bearer ${token}`)).toBe('400 credential_ambiguous')
  })

  it.each([
    ['Basic', 'Basic dXNlcjpwYXNz'],
    ['a token by Basic', `Basic ${token}`],
    ['a token by Token', `Token ${token}`],
    ['a token by JWT', `JWT ${token}`],
    ['a token by Bearer2', `Bearer2 ${token}`],
    ['a token by Bear', `Bear ${token}`],
    ['DPoP, which this version does not speak', `DPoP ${token}`],
    ['Negotiate', 'Negotiate'],
    ['a bare token', token],
  ])('[B9] of another scheme is no credential: %s', async (_what, value) => {
    expect(await judgeHeader(value)).toBe('401 credential_missing')
  })

  it.each([
    ['no token', 'Bearer'],
    ['a space only', 'Bearer '],
    ['spaces only', 'Bearer    '],
    ['two tokens', `Bearer ${token} ${token}`],
    ['a trailing space', `Bearer ${token} `],
    ['a parameter', `Bearer ${token} realm="x"`],
    ['a tab instead of the space', `Bearer\t${token}`],
    ['a tab within', `Bearer a\tb`],
    ['a comma', `Bearer ${token},`],
    ['two credentials', `Bearer ${token}, Bearer ${token}`],
    ['two schemes', `Basic dXNlcg==, Bearer ${token}`],
    ['a space in front', ` Bearer ${token}`],
    ['a colon', `Bearer: ${token}`],
    ['an equals sign', `Bearer=${token};`],
    ['a no-break space', `Bearer\u00A0${token}`],
    ['a letter that looks like another', `Ве\u0430rer ${token}`],
    ['a control byte', `Bear\0er ${token}`],
  ])('[V-10] is malformed with %s: 400', async (_what, value) => {
    expect(await judgeHeader(value)).toBe('400 credential_malformed')
  })

  it('[V-10] that comes twice is ambiguous: 400, whatever it says', async () => {
    const good = `Bearer ${token}`
    for (const pair of [
      [good, good],
      [good, 'Basic x'],
      ['Basic x', good],
      ['', good],
      ['Basic x', 'Basic y'],
    ]) {
      expect(await judgeHeader(...pair)).toBe('400 credential_ambiguous')
    }
    expect.assertions(5)
  })

  it('whose token is no token is 401, and not taken for another scheme', async () => {
    for (const text of ['null', 'undefined', '"quoted"', '<token>', 'a=b', '{}', 'é', '\u{1F600}']) {
      expect(await judgeHeader(`Bearer ${text}`)).toBe('401 token_malformed')
    }
    expect.assertions(8)
  })
})

/** RFC 9110 section 11.4 and RFC 6750 section 2.1 as one regular expression each. */
function oracle(value: string): string {
  if (value.replaceAll(/[ \t,]/g, '') === '') return 'none'
  if (value.includes(',')) return 'malformed'
  const bearer = /^bearer +([^ \t]+)$/i.exec(value)
  if (bearer) return `token ${bearer[1]}`
  if (/^bearer( |$)/i.test(value)) return 'malformed'
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+( |$)/.test(value) ? 'none' : 'malformed'
}

describe('reading an Authorization header', () => {
  const values = fc
    .tuple(
      fc.constantFrom('Bearer', 'bearer', 'Basic', 'DPoP', '', ' ', 'Bearer2', 'B', 'Bear er', 'ℬearer'),
      fc.constantFrom('', ' ', '  ', '\t', ','),
      fc.string({ unit: fc.constantFrom(...Array.from('ab.= \t,\0é')), maxLength: 6 }),
    )
    .map((parts) => parts.join(''))

  it('says what the grammar says, for any value', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.oneof(values, fc.string()), (value) => {
        const read = readAuthorization([value], 1_000_000)
        const said =
          read === undefined ? 'none' : read instanceof Failure ? 'malformed' : `token ${read.token}`
        expect(said).toBe(oracle(value))
        seen.add(said.split(' ')[0]!)
      }),
      { numRuns: 3_000 },
    )
    expect(seen).toEqual(new Set(['none', 'malformed', 'token']))
  })
})

it('[V-19] a token that is too long is refused before it is searched, and only tokens are', () => {
  const long = '.'.repeat(65_536)
  const includes = vi.spyOn(String.prototype, 'includes')
  try {
    expect(readAuthorization([`Bearer ${long}`], 16_384)).toEqual(new Failure('token_malformed'))
    expect(includes).not.toHaveBeenCalled()
    // Kerberos tickets are long, and none of our business
    expect(readAuthorization([`Negotiate ${long}`], 16_384)).toBeUndefined()
  } finally {
    includes.mockRestore()
  }
})
