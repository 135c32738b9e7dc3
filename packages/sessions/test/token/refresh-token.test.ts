import { createHmac, createSecretKey } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashSecret, isSessionId, refreshTokens, type RefreshToken } from '../../src/token/refresh-token.ts'
import { deriveKeys } from '../../src/token/secrets.ts'

const OLD = 'a first secret that is long enough 0123456789'
const NEW = 'b other secret that is long enough 9876543210'
const ISSUER = 'https://app.example.com'
const AUDIENCE = ['https://api.example.com', 'https://app.example.com']
const TOKEN: RefreshToken = {
  sid: `${'t'.repeat(22)}.${'r'.repeat(22)}`,
  secret: 's'.repeat(22),
  gen: 3,
  exp: 4_102_444_800,
}
const [oldKeys, newKeys] = [deriveKeys([OLD]), deriveKeys([NEW])]
const tokens = refreshTokens(ISSUER, oldKeys, AUDIENCE)
const text = tokens.write(TOKEN)
const [header = '', payload = '', mac = ''] = text.split('.')

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with a good MAC over whatever is given. */
function signed(head: string, body: string, key = oldKeys[0]!.refresh): string {
  return `${head}.${body}.${createHmac('sha256', key).update(`${head}.${body}`).digest('base64url')}`
}

describe('a refresh token', () => {
  it('is a JWT of its own type, and comes back as it was written', () => {
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'HS256',
      typ: 'rt+jwt',
      kid: oldKeys[0]!.keyId,
    })
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      sid: TOKEN.sid,
      s: TOKEN.secret,
      gen: 3,
      exp: TOKEN.exp,
    })
    expect(tokens.read(text)).toEqual(TOKEN)
  })

  it('is the same on every replica, which is what lets a lost answer be given again', () => {
    expect(refreshTokens(ISSUER, deriveKeys([OLD, NEW]), AUDIENCE).write({ ...TOKEN })).toBe(text)
  })

  it('is read by all secrets and written by the first', () => {
    const both = refreshTokens(ISSUER, deriveKeys([NEW, OLD]), AUDIENCE)
    expect(both.read(text)).toEqual(TOKEN)
    expect(refreshTokens(ISSUER, newKeys, AUDIENCE).read(both.write(TOKEN))).toEqual(TOKEN)
  })

  it('[I-13] is bound to the servers that its access tokens are for: one of them must be meant still', () => {
    const read = (...audience: string[]) => refreshTokens(ISSUER, oldKeys, audience).read(text)
    expect(read('https://api.example.com')).toEqual(TOKEN)
    expect(read('https://new.example.com', 'https://app.example.com')).toEqual(TOKEN)
    expect(read('https://back-office.example.com')).toBe('mismatch')
    expect(refreshTokens(ISSUER, oldKeys, 'https://api.example.com').read(text)).toEqual(TOKEN)
  })

  it('is read however long its audience may be', () => {
    const audience = ['a'.repeat(1_990)]
    const long = refreshTokens(ISSUER, oldKeys, audience)
    expect(long.read(long.write(TOKEN))).toEqual(TOKEN)
  })

  it('of a secret that is not known here may be good elsewhere', () => {
    expect(refreshTokens(ISSUER, newKeys, AUDIENCE).read(text)).toBe('key_unknown')
  })

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['undefined', undefined],
    ['a number', 7],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${text}.x`],
    ['dots', '..'],
    ['too long', `${header}.${'A'.repeat(2_100)}.${mac}`],
    ['no header', `.${payload}.${mac}`],
    ['garbage as header', `garbage.${payload}.${mac}`],
    ['alg none', `${base64url({ alg: 'none', typ: 'rt+jwt', kid: oldKeys[0]!.keyId })}.${payload}.`],
    ['another type', signed(base64url({ alg: 'HS256', typ: 'at+jwt', kid: oldKeys[0]!.keyId }), payload)],
    [
      'another order in the header',
      signed(base64url({ typ: 'rt+jwt', alg: 'HS256', kid: oldKeys[0]!.keyId }), payload),
    ],
    ['a padded header', `${header}=.${payload}.${mac}`],
    ['a padded MAC', `${text}=`],
    ['no MAC', `${header}.${payload}.`],
    ['a short MAC', text.slice(0, -1)],
    ['the MAC of the key for access tokens', signed(header, payload, createSecretKey(oldKeys[0]!.access))],
    ['the MAC of the key for tags', signed(header, payload, oldKeys[0]!.tag)],
    ['the MAC of another secret', signed(header, payload, newKeys[0]!.refresh)],
    ['white space', ` ${text}`],
  ])('is not %s', (_what, other) => {
    expect(tokens.read(other as string)).toBe('malformed')
  })

  it('is not another spelling of the same bytes', () => {
    // the last letter of a MAC of 32 bytes carries four bits: three more letters decode to the same
    const last = mac.at(-1) ?? ''
    const same = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      .split('')
      .map((letter) => mac.slice(0, -1) + letter)
      .filter((other) => Buffer.from(other, 'base64url').equals(Buffer.from(mac, 'base64url')))
    expect(same.length).toBeGreaterThan(1)
    for (const other of same) {
      const read = tokens.read(`${header}.${payload}.${other}`)
      expect(read).toEqual(other.endsWith(last) ? TOKEN : 'malformed')
    }
  })

  it.each([
    ['of another issuer', { iss: 'https://other.example.com' }],
    ['without session', { sid: undefined }],
    ['with a session id of another form', { sid: 'x.y' }],
    ['with the hash in place of the secret', { s: hashSecret(TOKEN.secret) }],
    ['with a secret that is none', { s: 7 }],
    ['with a generation that is none', { gen: '3' }],
    ['with half a generation', { gen: 1.5 }],
    ['without end', { exp: undefined }],
  ])('is not one that we signed %s', (_what, change) => {
    const said = { iss: ISSUER, sid: TOKEN.sid, s: TOKEN.secret, gen: 3, exp: TOKEN.exp, ...change }
    expect(tokens.read(signed(header, base64url(said)))).toBe('malformed')
  })

  it('[I-12] changed anywhere, is never read', () => {
    const change = fc.record({
      at: fc.nat(text.length - 1),
      to: fc.constantFrom(
        ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '.split(''),
      ),
      how: fc.constantFrom('replace', 'insert', 'remove'),
    })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let mutant = text
        for (const { at, to, how } of changes) {
          const end = how === 'insert' ? at : at + 1
          mutant = mutant.slice(0, at) + (how === 'remove' ? '' : to) + mutant.slice(end)
        }
        fc.pre(mutant !== text)
        expect(['malformed', 'key_unknown']).toContain(tokens.read(mutant))
      }),
      { numRuns: 1_000 },
    )
  })

  it('[I-12] garbage of any kind is never read, and never throws', () => {
    const bytes = fc.uint8Array().map((all) => Buffer.from(all).toString('latin1'))
    fc.assert(
      fc.property(fc.oneof(fc.string(), bytes), (garbage) => {
        expect(tokens.read(garbage)).toBe('malformed')
      }),
    )
  })
})

describe('isSessionId', () => {
  it.each([
    [TOKEN.sid, true],
    [`${TOKEN.sid}x`, false],
    [`${TOKEN.sid}\n`, false],
    [TOKEN.sid.replace('.', ''), false],
    ['', false],
    [undefined, false],
    [[TOKEN.sid], false],
  ])('%j: %s', (sid, is) => {
    expect(isSessionId(sid)).toBe(is)
  })
})
