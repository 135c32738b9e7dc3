import { createPublicKey, createPrivateKey, sign, verify } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  contentOf,
  eachTestHasAFolder,
  folder,
  HOUR,
  ISSUER,
  keysOf,
  PASSPHRASE,
  RING,
  run,
  START,
} from './support.ts'

eachTestHasAFolder()

const at = (time: number) => ({ now: () => time })

describe('a ring', () => {
  it('is made, rotated ahead, listed and published', async () => {
    expect((await run(['keys', 'generate', ...RING])).code).toBe(0)
    const [first] = await keysOf()
    expect(first).toMatchObject({
      algorithm: 'ES256',
      state: 'active',
      activeFrom: '2026-01-01T00:00:00.000Z',
    })
    const rotated = await run(['keys', 'rotate', ...RING, '--json'])
    expect(rotated).toMatchObject({ code: 0, stderr: '' })
    const next = JSON.parse(rotated.stdout) as { kid: string }
    expect(next).toMatchObject({ state: 'next', activeFrom: '2026-01-01T01:00:00.000Z' })
    const list = await run(['keys', 'list', ...RING])
    expect(list.stdout.split('\n').map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual([
      ['KID', 'ALGORITHM', 'STATE', 'SIGNS FROM'],
      [first?.kid, 'ES256', 'active', '2026-01-01T00:00:00Z (now)'],
      [next.kid, 'ES256', 'next', '2026-01-01T01:00:00Z (in 1 hour)'],
      [''],
    ])
    const { keys } = JSON.parse((await run(['jwks', ...RING])).stdout) as { keys: { kid: string }[] }
    expect(keys.map(({ kid }) => kid)).toEqual([first?.kid, next.kid])
    expect((await keysOf(RING, at(START + HOUR))).map(({ state }) => state)).toEqual(['retired', 'active'])
  })

  it('that exists is not made again, nor rotated while a key waits', async () => {
    await run(['keys', 'generate', ...RING])
    const before = contentOf('keys')
    const again = await run(['keys', 'generate', ...RING, '--json'])
    expect(again.code).toBe(0)
    expect(again.stderr).toContain('The ring has keys already')
    expect(contentOf('keys')).toEqual(before)
    const first = await run(['keys', 'rotate', ...RING, '--json'])
    const second = await run(['keys', 'rotate', ...RING, '--json'])
    expect(second.stdout).toBe(first.stdout)
    expect(second.stderr).toBe('This key exists already and will sign next.\n')
  })

  it('is not changed by looking at it, even where a key is due', async () => {
    await run(['keys', 'generate', ...RING, '--algorithm', 'EdDSA'])
    const before = contentOf('keys')
    const later = at(START + 40 * 24 * HOUR)
    expect(await keysOf(RING, later)).toMatchObject([{ algorithm: 'EdDSA', state: 'active' }])
    expect((await run(['jwks', ...RING], later)).code).toBe(0)
    const minted = await run(['token', 'mint', ...RING, '--subject', 'u', '--audience', 'a'], later)
    expect(minted.code).toBe(0)
    expect(contentOf('keys')).toEqual(before)
  })

  it('keeps its algorithm, whatever the default', async () => {
    await run(['keys', 'generate', ...RING, '--algorithm', 'EdDSA'])
    await run(['keys', 'rotate', ...RING])
    expect((await keysOf()).map(({ algorithm }) => algorithm)).toEqual(['EdDSA', 'EdDSA'])
    await run(['keys', 'retire', ...RING, '--yes', '--', (await keysOf())[0]!.kid])
    await run(['keys', 'rotate', ...RING, '--algorithm', 'ES256'])
    expect((await keysOf()).map(({ algorithm }) => algorithm)).toEqual(['EdDSA', 'EdDSA', 'ES256'])
  })

  it.each([['list'], ['rotate'], ['retire']])('that is not there is not made by keys %s', async (name) => {
    const rest = name === 'retire' ? ['--yes', 'kid'] : []
    const { code, stdout, stderr } = await run(['keys', name, ...RING, ...rest])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('no keys of this issuer')
    expect(() => contentOf('keys')).toThrow('ENOENT')
  })

  it.each([
    ['--algorithm', 'HS512', '--algorithm must be one of ES256, EdDSA, RS256, PS256'],
    ['--lead', '60', '--lead must be at least 720'],
    ['--rotate-every', '60', '--rotate-every must be at least lead'],
  ])('is judged as createIssuer() judges it: %s %s', async (option, value, message) => {
    const { code, stderr } = await run(['keys', 'generate', ...RING, option, value])
    expect(code).toBe(2)
    expect(stderr).toContain(`countersign: ${message}`)
  })

  it('takes the times of the application', async () => {
    const times = [
      '--lead',
      '200',
      '--jwks-max-age',
      '100',
      '--refresh-keys-every',
      '10',
      '--rotate-every',
      '1000',
    ]
    await run(['keys', 'generate', ...RING])
    const { stdout } = await run(['keys', 'rotate', ...RING, ...times, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ activeFrom: new Date(START + 200_000).toISOString() })
    const listed = await run(['keys', 'list', ...RING, '--max-expires-in', '60', '--json'])
    // after its last signature, the longest token, and twice the skew of clocks
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { removedAt: new Date(START + 200_000 + 60_000 + 120_000).toISOString() },
      { removedAt: null },
    ])
  })
})

describe('retire', () => {
  it('removes a key, and another one signs', async () => {
    await run(['keys', 'generate', ...RING])
    const kid = (await keysOf())[0]!.kid
    const { code, stdout } = await run(['keys', 'retire', ...RING, '--yes', '--', kid])
    const keys = await keysOf()
    expect(keys.map(({ state }) => state)).toEqual(['removed', 'active'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${kid} is removed\n${keys[1]?.kid} signs now\n` })
    const again = await run(['keys', 'retire', ...RING, '--yes', '--', kid])
    expect(again).toEqual({
      code: 1,
      stdout: '',
      stderr: 'The ring has no such key: see `countersign keys list`.\n',
    })
  })

  it.each([
    ['y', 0, ['removed', 'active']],
    ['YES', 0, ['removed', 'active']],
    ['n', 1, ['active']],
    ['', 1, ['active']],
    ['yellow', 1, ['active']],
  ])('asks on a terminal: %j', async (answer, code, states) => {
    await run(['keys', 'generate', ...RING])
    const kid = (await keysOf())[0]!.kid
    const terminal = { stdin: `${answer}\nignored`, isTTY: { stdin: true, stdout: true } }
    const ran = await run(['keys', 'retire', ...RING, '--', kid], terminal)
    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain(`Remove ${kid} (active)?`)
    expect((await keysOf()).map(({ state }) => state)).toEqual(states)
  })

  it('requires --yes if stdin is not a terminal', async () => {
    await run(['keys', 'generate', ...RING])
    const kid = (await keysOf())[0]!.kid
    const { code, stderr } = await run(['keys', 'retire', ...RING, '--', kid], { stdin: 'y\n' })
    expect(code).toBe(2)
    expect(stderr).toContain('use --yes')
    expect(await keysOf()).toMatchObject([{ state: 'active' }])
  })
})

describe('the passphrase', { timeout: 30_000 }, () => {
  const encrypted = ['--issuer', ISSUER, '--store', 'file:./keys']
  const env = { COUNTERSIGN_PASSPHRASE: PASSPHRASE }

  it('comes from the environment or a file', async () => {
    writeFileSync(join(folder.path, 'passphrase'), `${PASSPHRASE}\r\n`)
    expect((await run(['keys', 'generate', ...encrypted], { env })).code).toBe(0)
    const byFile = await keysOf([...encrypted, '--passphrase-file', 'passphrase'])
    expect(byFile).toMatchObject([{ state: 'active' }])
    expect(contentOf('keys').join()).not.toMatch(/"d\\?"/)
  })

  it.each([
    [
      'wrong',
      ['--json'],
      { COUNTERSIGN_PASSPHRASE: 'another passphrase altogether' },
      1,
      'cannot be decrypted',
    ],
    ['too short', [], { COUNTERSIGN_PASSPHRASE: 'short' }, 2, '16 characters'],
    ['missing', ['--unencrypted'], {}, 1, 'is encrypted: set COUNTERSIGN_PASSPHRASE'],
    ['contradicted', ['--unencrypted'], env, 2, '--unencrypted contradicts'],
    [
      'in a file that is not there',
      ['--passphrase-file', 'nowhere'],
      {},
      2,
      '--passphrase-file cannot be read',
    ],
    ['in a file that is empty', ['--passphrase-file', 'empty'], {}, 2, '--passphrase-file is empty'],
  ])('%s', async (_, rest, given, code, message) => {
    writeFileSync(join(folder.path, 'empty'), '\n')
    await run(['keys', 'generate', ...encrypted], { env })
    const ran = await run(['keys', 'list', ...encrypted, ...rest], { env: given })
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: '' })
    expect(ran.stderr).toContain(message)
  })
})

describe('keys without a store', () => {
  it('are a secret of 48 bytes', async () => {
    const [one, two] = await Promise.all([
      run(['keys', 'generate', '--secret']),
      run(['keys', 'generate', '--secret']),
    ])
    expect(one).toEqual({ code: 0, stdout: expect.stringMatching(/^[\w-]{64}\n$/), stderr: '' })
    expect(one.stdout).not.toBe(two.stdout)
  })

  it.each([['ES256'], ['EdDSA'], ['RS256'], ['PS256']])(
    'are a pair of %s, whose private half goes into a new file',
    async (algorithm) => {
      const { code, stdout } = await run([
        'keys',
        'generate',
        '--algorithm',
        algorithm,
        '--out',
        'private.json',
      ])
      expect(code).toBe(0)
      const publicJwk = JSON.parse(stdout) as Record<string, string>
      expect(Object.keys(publicJwk).toSorted()).toEqual(
        Object.keys(publicJwk)
          .filter((name) => ['alg', 'crv', 'e', 'kid', 'kty', 'n', 'use', 'x', 'y'].includes(name))
          .toSorted(),
      )
      expect(publicJwk).toMatchObject({ alg: algorithm, use: 'sig' })
      const path = join(folder.path, 'private.json')
      expect(statSync(path).mode & 0o777).toBe(0o600)
      const privateJwk = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
      const data = Buffer.from('data')
      const digest = algorithm === 'EdDSA' ? null : 'sha256'
      const signature = sign(digest, data, createPrivateKey({ key: privateJwk, format: 'jwk' }))
      expect(verify(digest, data, createPublicKey({ key: publicJwk, format: 'jwk' }), signature)).toBe(true)
      const again = await run(['keys', 'generate', '--out', 'private.json'])
      expect(again).toMatchObject({ code: 1, stdout: '' })
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(privateJwk)
    },
  )

  it('print the private half only where that is asked for, and never lose it', async () => {
    const asked = await run(['keys', 'generate', '--private'])
    expect(JSON.parse(asked.stdout)).toMatchObject({
      kty: 'EC',
      d: expect.any(String),
      kid: expect.any(String),
    })
    const { code, stdout } = await run(['keys', 'generate'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it.each([
    [['--secret', '--private']],
    [['--private', '--out', 'x']],
    [['--secret', ...RING]],
    [['--algorithm', 'none', '--private']],
  ])('are not made by %j', async (args) => {
    expect(await run(['keys', 'generate', ...args])).toMatchObject({ code: 2, stdout: '' })
  })
})

it('uses colors only on terminals without NO_COLOR', async () => {
  await run(['keys', 'generate', ...RING])
  const escape = '\u001b['
  const isTTY = { stdin: true, stdout: true }
  const list = ['keys', 'list', ...RING]
  expect((await run(list, { isTTY })).stdout).toContain(escape)
  expect((await run(list)).stdout).not.toContain(escape)
  expect((await run(list, { isTTY, env: { NO_COLOR: '1' } })).stdout).not.toContain(escape)
  expect((await run(list, { isTTY, env: { TERM: 'dumb' } })).stdout).not.toContain(escape)
})
