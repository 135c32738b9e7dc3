import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { readCookies } from '../../src/request/cookies.ts'
import { request, trusting, verdict } from '../support/authenticate.ts'
import { fc } from '../support/property.ts'

const signer = createSigner({ alg: 'ES256' })
const authenticator = trusting(signer, { cookie: true, origin: 'https://app.test' })
const token = signer.token()
const NAME = '__Host-access'

async function judgeCookie(...values: string[]): Promise<string> {
  return verdict(await authenticator.authenticate(request({ cookie: values })))
}

describe('the access cookie', () => {
  it.each([
    ['alone', `${NAME}=${token}`],
    ['among others', `a=1; ${NAME}=${token}; b=2`],
    ['without spaces', `a=1;${NAME}=${token};b=2`],
    ['with spaces and tabs around', ` \t ${NAME} \t=\t ${token} \t`],
    ['after nonsense', `;;; =; a; =b; ${NAME}=${token}`],
    ['after a cookie whose value has its name', `a=${NAME}=x; ${NAME}=${token}`],
    ['after a name that ends alike', `x${NAME}=x; ${NAME}=${token}`],
    ['before a name that begins alike', `${NAME}=${token}; ${NAME}2=x`],
  ])('is read %s', async (_where, header) => {
    expect(await judgeCookie(header)).toBe('authenticated')
  })

  it('is read from any of several header lines, as HTTP/2 sends them', async () => {
    expect(await judgeCookie('a=1', `${NAME}=${token}`, 'b=2')).toBe('authenticated')
  })

  it.each([
    ['twice in a line', [`${NAME}=${token}; ${NAME}=${token}`]],
    ['twice with another value', [`${NAME}=x; ${NAME}=${token}`]],
    ['twice, once empty', [`${NAME}=; ${NAME}=${token}`]],
    ['in two lines', [`${NAME}=${token}`, `${NAME}=${token}`]],
    ['twice, once with spaces', [`${NAME}=${token};\t${NAME} =x`]],
  ])('[B10][E6][V-10] that comes %s is ambiguous: 400', async (_what, headers) => {
    expect(await judgeCookie(...headers)).toBe('400 credential_ambiguous')
  })

  it.each([
    ['\u00A0', 'a no-break space'],
    ['\u3000', 'an ideographic space'],
    ['\uFEFF', 'a byte order mark'],
    ['\u2028', 'a line separator'],
    ['\v', 'a vertical tab'],
    ['\f', 'a form feed'],
    ['\n', 'a line feed'],
    ['\r', 'a carriage return'],
    ['\0', 'a null byte'],
    ['\u0085', 'a next line'],
  ])('[B10] is not the one with %j around its name (%s)', async (space) => {
    expect(await judgeCookie(`${space}${NAME}=${token}`)).toBe('401 credential_missing')
    expect(await judgeCookie(`${NAME}${space}=${token}`)).toBe('401 credential_missing')
    expect(await judgeCookie(`${space}${NAME}=x; ${NAME}=${token}`)).toBe('authenticated')
    // around the value it belongs to the value, which is no token then
    expect(await judgeCookie(`${NAME}=${space}${token}`)).toBe('401 token_malformed')
    expect(await judgeCookie(`${NAME}=${token}${space}`)).toBe('401 token_malformed')
  })

  it.each([
    '__host-access',
    '__HOST-ACCESS',
    '__Host-acces',
    '__Host-access2',
    '__Host%2Daccess',
    '"__Host-access"',
    '',
  ])('[B10] is not the one named %j', async (name) => {
    expect(await judgeCookie(`${name}=${token}`)).toBe('401 credential_missing')
  })

  it('[B10] has its value as it is: nothing unquoted, nothing decoded', async () => {
    for (const value of [`"${token}"`, token.replace('.', '%2E'), `${token}=`, `${token},`, `${token} x`]) {
      expect(await judgeCookie(`${NAME}=${value}`)).toBe('401 token_malformed')
    }
    expect.assertions(5)
  })

  it('[V-38] that is empty is no credential', async () => {
    expect(await judgeCookie(`${NAME}=`)).toBe('401 credential_missing')
    expect(await judgeCookie(NAME)).toBe('401 credential_missing')
  })
})

describe('reading cookies', () => {
  const pieces = fc.constantFrom(
    'sid',
    'SID',
    'si',
    'sid2',
    '=',
    '=',
    ';',
    ';',
    ' ',
    '\t',
    '\u00A0',
    'v',
    '"',
    '%20',
    ',',
  )
  const headers = fc.array(
    fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    { maxLength: 3 },
  )

  /** RFC 6265 section 5.4 backwards, with nothing clever: split, cut at the first equals sign, trim SP and HTAB. */
  function oracle(lines: readonly string[], name: string): string[] {
    const trim = (text: string): string => text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '')
    return lines
      .flatMap((line) => line.split(';'))
      .filter((pair) => pair.includes('='))
      .map(
        (pair) => [trim(pair.slice(0, pair.indexOf('='))), trim(pair.slice(pair.indexOf('=') + 1))] as const,
      )
      .filter(([key]) => key === name)
      .map(([, value]) => value)
  }

  it('[B10] finds what a simple reader finds, in its order, duplicates included', () => {
    const seen = new Set<number>()
    fc.assert(
      fc.property(headers, (lines) => {
        const found = readCookies(lines, 'sid')
        expect(found).toEqual(oracle(lines, 'sid'))
        seen.add(found.length)
      }),
      { numRuns: 5_000 },
    )
    expect([...seen]).toEqual(expect.arrayContaining([0, 1, 2]))
  })

  it('takes time in proportion to the header, whatever is in it', () => {
    for (const text of [';'.repeat(1e6), '='.repeat(1e6), ' '.repeat(1e6), 'sid=;'.repeat(2e5)]) {
      expect(readCookies([text], 'sid').length).toBe(text.startsWith('sid') ? 2e5 : 0)
    }
    expect.assertions(4)
  })
})
