import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AUDIENCE, eachTestHasAFolder, folder, ISSUER, RING, run, SECRET, START } from './support.ts'

eachTestHasAFolder()

const MINT = ['token', 'mint', '--issuer', ISSUER, '--secret-env', 'SECRET', '--subject', 'user-1']
const env = { SECRET }
const mint = (...rest: string[]) => run([...MINT, '--audience', AUDIENCE, ...rest], { env })
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenOf = (header: object, claims: object) => `${encode(header)}.${encode(claims)}.c2lnbmF0dXJl`
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

describe('token mint', () => {
  it('prints only the token, with the requested claims', async () => {
    const { code, stdout, stderr } = await mint(
      '--client-id=web',
      '--scope=a b',
      '--scope=c',
      '--role=admin',
      '--expires-in=90',
      '--claim=org=7',
      '--claim=name=Ann Lee',
      '--claim=list=["x"]',
      '--claim=text="7"',
      '--claim=eq=a=b',
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(stderr).toContain('2026-01-01T00:01:30Z (in 1 minute)')
    expect(claimsOf(stdout)).toEqual({
      iss: ISSUER,
      sub: 'user-1',
      aud: AUDIENCE,
      client_id: 'web',
      scope: 'a b c',
      roles: ['admin'],
      org: 7,
      name: 'Ann Lee',
      list: ['x'],
      text: '7',
      eq: 'a=b',
      iat: START / 1_000,
      exp: START / 1_000 + 90,
      jti: expect.any(String),
    })
  })

  it('takes several audiences, and signs with a ring', async () => {
    await run(['keys', 'generate', ...RING])
    const { stdout } = await run([
      'token',
      'mint',
      ...RING,
      '--subject',
      'u',
      '--audience',
      'a',
      '--audience',
      'b',
    ])
    expect(claimsOf(stdout)).toMatchObject({
      aud: ['a', 'b'],
      client_id: 'countersign-cli',
      exp: START / 1_000 + 600,
    })
  })

  it('is rejected in production, unless an option allows it', async () => {
    const args = [...MINT, '--audience', AUDIENCE]
    const production = { env: { ...env, NODE_ENV: 'production' } }
    const refused = await run(args, production)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('--dangerously-in-production')
    expect((await run([...args, '--dangerously-in-production'], production)).code).toBe(0)
  })

  it.each([
    [['--claim', 'sub=x'], '--claim must not have "sub": pass it as "subject"'],
    [['--claim', '__proto__=1'], '--claim must not have "__proto__"'],
    [['--claim', 'x'], '--claim must be <name>=<value>'],
    [['--claim', 'x={'], '--claim x begins like JSON'],
    [['--expires-in', '7200'], '--expires-in must be'],
    [['--scope', 'a"b'], '--scope must be names'],
    [['--store', 'file:x'], 'use --store or --secret-env, not both'],
  ])('rejects %j', async (rest, message) => {
    const { code, stdout, stderr } = await mint(...rest)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`countersign: ${message}`)
  })

  it.each([
    [['--issuer', ISSUER, '--secret-env', 'SECRET', '--audience', 'a'], '--subject is required'],
    [['--issuer', ISSUER, '--secret-env', 'SECRET', '--subject', 'a'], '--audience is required'],
    [['--secret-env', 'SECRET', '--subject', 'a', '--audience', 'a'], '--issuer is required'],
    [
      ['--issuer', ISSUER, '--secret-env', 'NOWHERE', '--subject', 'a', '--audience', 'a'],
      'a variable that is not set',
    ],
    [['--issuer', ISSUER, '--secret-env', 'SHORT', '--subject', 'a', '--audience', 'a'], 'the secret'],
  ])('names what is missing of %j', async (args, message) => {
    const { code, stderr } = await run(['token', 'mint', ...args], { env: { ...env, SHORT: 'short' } })
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('inspect', () => {
  it('shows the content of a token, a warning that it is not verified, and no signature', async () => {
    const { stdout: token } = await mint('--claim', 'org=7')
    const { code, stdout, stderr } = await run(['inspect'], { stdin: token })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.startsWith('Not verified: ')).toBe(true)
    expect(stdout).toContain('access token (RFC 9068)')
    expect(stdout).toContain(`${token.trim().length} bytes`)
    expect(stdout).toContain('"alg": "HS256"')
    expect(stdout).toContain('"org": 7')
    expect(stdout).toContain('exp  2026-01-01T00:10:00Z (in 10 minutes)')
    expect(stdout).not.toContain(token.trim().split('.')[2])
  })

  it.each([
    ['stdin', ['-'], (token: string) => token],
    ['an argument', [], () => ''],
    ['a header', [], (token: string) => `Authorization: Bearer ${token}\r\n`],
    ['a scheme', [], (token: string) => `  bearer ${token}`],
  ])('takes it from %s', async (name, args, stdin) => {
    const token = tokenOf({ alg: 'none' }, { sub: 'ann' })
    const given = name === 'an argument' ? [token] : args
    const { code, stdout } = await run(['inspect', ...given], { stdin: stdin(token) })
    expect(code).toBe(0)
    expect(stdout).toContain('"sub": "ann"')
  })

  it.each([
    [{ typ: 'application/AT+JWT' }, {}, 'access token (RFC 9068)'],
    [{ typ: 'rt+jwt' }, {}, 'refresh token of a Countersign session'],
    [{ typ: 'hand-off+jwt' }, {}, 'hand-off token'],
    [{ typ: 'dpop+jwt' }, {}, 'DPoP proof'],
    [{ typ: 'invoice+jwt' }, {}, 'token of another type'],
    [{ typ: 7 }, {}, 'token whose "typ" is not a string'],
    [{ typ: 'JWT' }, { at_hash: 'x' }, 'ID token'],
    [{}, { token_use: 'id' }, 'ID token'],
    [{}, {}, 'JWT without a specific type'],
  ])('says what kind %j %j is', async (header, claims, kind) => {
    const { stdout } = await run(['inspect', '--json', tokenOf(header, claims)])
    expect(JSON.parse(stdout)).toMatchObject({ verified: null, header, claims })
    expect((JSON.parse(stdout) as { kind: string }).kind).toContain(kind)
  })

  it('shows the header alone of an encrypted token', async () => {
    const { code, stdout } = await run([
      'inspect',
      `${encode({ alg: 'dir', enc: 'A256GCM' })}..aXY.Y2lwaGVy.dGFn`,
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('encrypted token (JWE)')
    expect(stdout).toContain('"enc": "A256GCM"')
    expect(stdout).not.toContain('Claims')
    expect(stdout).not.toContain('Y2lwaGVy')
  })

  it.each([
    ['', 'the token is missing'],
    ['abc', 'this one has 1'],
    ['a.b', 'this one has 2'],
    ['a.b.c.d', 'this one has 4'],
    ['!.e30.x', 'the header of the token is not base64url'],
    ['e30.e30.x y', 'the signature of the token is not base64url'],
    ['e30.W10.x', 'the payload of the token is not a JSON object'],
    ['e30.e.x', 'the payload of the token is not a JSON object'],
    ['bnVsbA.e30.x', 'the header of the token is not a JSON object'],
    [`e30.${'a'.repeat(70_000)}.x`, 'at most 65536 characters'],
    ['x'.repeat(200_000), 'at most 65536 characters'],
  ])('says what is malformed, quoting nothing: %.20s', async (token, message) => {
    const { code, stdout, stderr } = await run(['inspect', '-'], { stdin: token })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.length).toBeLessThan(250)
  })

  it('escapes characters that a terminal would interpret', async () => {
    const { stdout } = await run(['inspect', tokenOf({}, { a: '\u001b[31m\u009b31m\u202e\u007f' })])
    expect(stdout).toContain(String.raw`\u001b[31m\u009b31m\u202e\u007f`)
  })

  it('shows an invalid date as such', async () => {
    const { stdout } = await run([
      'inspect',
      tokenOf({}, { exp: 1e30, nbf: 'soon', iat: START / 1_000 - 86_400 * 400 }),
    ])
    expect(stdout).toMatch(/^exp {2}not a date$/m)
    expect(stdout).toMatch(/^iat {2}2024-11-27T00:00:00Z \(1 year ago\)$/m)
    expect(stdout).not.toMatch(/^nbf/m)
  })

  it.each([
    [['--issuer', 'x'], '--issuer has no effect without --verify'],
    [['--audience', 'x'], '--audience has no effect without --verify'],
    [['--any-audience'], '--any-audience has no effect without --verify'],
    [['--verify'], '--verify needs --issuer'],
    [['--verify', '--issuer', ISSUER], '--verify needs --audience, or --any-audience'],
    [['--verify', '--issuer', ISSUER, '--audience', 'x', '--any-audience'], '--verify needs --audience'],
    [['--verify', '--issuer', ISSUER, '--audience', 'x', '--secret-env', 'NO'], 'a variable that is not set'],
    [
      ['--verify', '--issuer', ISSUER, '--audience', 'x', '--jwks-uri', 'http://elsewhere.example/'],
      '--jwks-uri',
    ],
  ])('rejects %j', async (args, message) => {
    const { code, stderr } = await run(['inspect', ...args, tokenOf({}, {})])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('inspect --verify', () => {
  const verify = (token: string, ...rest: string[]) =>
    run(['inspect', '--verify', '--issuer', ISSUER, '--secret-env', 'SECRET', ...rest], { env, stdin: token })

  it('accepts a good token', async () => {
    const { stdout: token } = await mint()
    for (const rest of [['--audience', 'other', '--audience', AUDIENCE], ['--any-audience']]) {
      const { code, stdout } = await verify(token, ...rest)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^Accepted: /)
      expect(stdout).not.toContain('Not verified: ')
    }
  })

  it('refuses others with 1, their code and what to do', async () => {
    const { stdout: token } = await mint()
    const [header, payload] = token.trim().split('.')
    const cases = [
      [token, ['--audience', 'https://other.example'], 'claim_mismatch (aud)'],
      [`${header}.${payload}.${'A'.repeat(43)}`, ['--audience', AUDIENCE], 'signature_invalid'],
      [token, ['--audience', AUDIENCE, '--typ', 'invoice+jwt'], 'token_type_wrong'],
    ] as const
    for (const [given, rest, said] of cases) {
      const { code, stdout } = await verify(given, ...rest)
      expect(code, said).toBe(1)
      expect(stdout).toMatch(`Rejected: ${said}\n`)
      expect(stdout).toMatch(/^What to do: \w/m)
    }
    const { code, stdout } = await verify(token, '--audience', 'https://other.example', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ verified: false, code: 'claim_mismatch', claim: 'aud' })
  })

  it('refuses an expired token', async () => {
    const { stdout: token } = await mint()
    const { code, stdout } = await run(
      ['inspect', '--verify', '--issuer', ISSUER, '--secret-env', 'SECRET', '--audience', AUDIENCE],
      { env, stdin: token, now: () => START + 3_600_000 },
    )
    expect(code).toBe(1)
    expect(stdout).toContain('Rejected: token_expired')
    expect(stdout).toContain('(50 minutes ago)')
  })

  it('fetches keys; ends with 3 if it cannot', async () => {
    await run(['keys', 'generate', ...RING])
    const { stdout: set } = await run(['jwks', ...RING])
    const server = createServer((_, response) =>
      response.setHeader('Content-Type', 'application/json').end(set),
    )
    server.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
    const { stdout: token } = await run(['token', 'mint', ...RING, '--subject', 'u', '--audience', AUDIENCE])
    const args = ['inspect', '--verify', '--issuer', ISSUER, '--audience', AUDIENCE, '--jwks-uri', uri]
    expect(await run(args, { stdin: token })).toMatchObject({ code: 0 })
    server.close()
    server.closeAllConnections()
    const down = await run(args, { stdin: token })
    expect(down.code).toBe(3)
    expect(down.stdout).toMatch(/^Could not be verified: keys_unavailable/)
  })
})

describe('jwks of a file', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const { n } = publicKey.export({ format: 'jwk' })

  it.each([
    ['a private PEM', pem],
    ['a public PEM', publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['a private JWK', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['a key set', JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] })],
  ])('has the public half of %s, and nothing else', async (_, content) => {
    writeFileSync(join(folder.path, 'key'), content)
    const { code, stdout } = await run(['jwks', 'key', '--algorithm', 'RS256'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      keys: [
        { e: 'AQAB', kty: 'RSA', n, kid: expect.stringMatching(/^[\w-]{43}$/), use: 'sig', alg: 'RS256' },
      ],
    })
    expect(await run(['jwks', '-', '--algorithm', 'RS256'], { stdin: content })).toMatchObject({ stdout })
  })

  it('keeps the name and the algorithm of a JWK', async () => {
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'mine', alg: 'PS256' }
    const { stdout } = await run(['jwks', '-'], { stdin: JSON.stringify(jwk) })
    expect(JSON.parse(stdout)).toMatchObject({ keys: [{ kid: 'mine', alg: 'PS256' }] })
  })

  it('has the thumbprint of RFC 7638 section 3.1', async () => {
    const jwk = {
      kty: 'RSA',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
      e: 'AQAB',
    }
    const { stdout } = await run(['jwks', '-'], { stdin: JSON.stringify(jwk) })
    expect(JSON.parse(stdout)).toMatchObject({
      keys: [{ kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' }],
    })
  })

  it.each([
    ['a secret', '{"kty":"oct","k":"c2VjcmV0LW9mLXRoaXMtdGVzdA"}'],
    ['text', 'c2VjcmV0LW9mLXRoaXMtdGVzdA'],
    ['half a PEM', pem.slice(0, 300)],
    ['another list', '{"keys":[7]}'],
    [
      'a curve of another trade',
      generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    ],
  ])('is not made of %s, which is not quoted', async (_, stdin) => {
    const { code, stdout, stderr } = await run(['jwks', '-'], { stdin })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).not.toContain('c2VjcmV0')
    expect(stderr).not.toContain(pem.slice(100, 120))
  })

  it.each([
    [['nowhere'], 'the file cannot be read'],
    [['nowhere', '--issuer', ISSUER], 'use a file, or --issuer and --store, not both'],
    [[...RING, '--algorithm', 'RS256'], '--algorithm is for a file with keys'],
  ])('rejects %j', async (args, message) => {
    const { code, stderr } = await run(['jwks', ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
