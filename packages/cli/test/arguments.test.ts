import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../src/dispatch.ts'
import { eachTestHasAFolder, run } from './support.ts'

eachTestHasAFolder()

const STORE = ['store', 'schema', 'prefix']
const RING = ['issuer', ...STORE, 'passphrase-file', 'unencrypted', 'max-expires-in']
const KEYS = [...RING, 'algorithm', 'lead', 'rotate-every', 'jwks-max-age', 'refresh-keys-every']

/** Every option of every command. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'keys generate': [...KEYS, 'secret', 'private', 'out', 'replace', 'yes', 'json'],
  'keys list': [...RING, 'json'],
  'keys rotate': [...KEYS, 'json'],
  'keys retire': [...KEYS, 'yes'],
  jwks: [...RING, 'algorithm'],
  'token mint': [
    ...RING,
    'secret-env',
    'subject',
    'audience',
    'client-id',
    'scope',
    'role',
    'claim',
    'expires-in',
    'dangerously-in-production',
  ],
  inspect: ['verify', 'issuer', 'audience', 'any-audience', 'jwks-uri', 'secret-env', 'typ', 'json'],
  'store init': [...STORE, 'json'],
  'store prune': [...STORE, 'limit', 'json'],
}

describe('help', () => {
  it.each(COMMANDS.map(({ name }) => name))('of %s names every option, and no other', async (name) => {
    const { code, stdout, stderr } = await run([...name.split(' '), '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const named = [...stdout.matchAll(/^ {2}--([\w-]+)/gm)].map(([, option]) => option)
    expect(named).toEqual([...(OPTIONS[name] ?? []), 'help'])
    expect(stdout).toMatch(/^Examples:\n {2}countersign /m)
    expect(
      Math.max(
        ...stdout
          .split('\nExamples:')[0]!
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(101)
  })

  it('has examples whose commands and options exist', async () => {
    const examples = COMMANDS.flatMap((command) =>
      command
        .help()
        .split('\nExamples:\n')[1]!
        .trim()
        .split('\n')
        .map((line) => line.trim().replace(/ [<>] .*$/, '')),
    )
    expect(examples.length).toBeGreaterThan(15)
    for (const example of examples) {
      const [program, ...args] = example.split(' ')
      expect(program).toBe('countersign')
      const env = {
        COUNTERSIGN_PASSPHRASE: 'correct horse battery',
        COUNTERSIGN_KEY_PASSPHRASE: 'correct horse battery',
      }
      // a port without a server, since a developer may run one on the default port
      const local = args.map((arg) => arg.replace('//localhost/', '//127.0.0.1:1/'))
      const { stderr } = await run(local, { env })
      expect(stderr, example).not.toMatch(/not an option|unknown command|needs a value|must not|accepts/)
    }
  }, 20_000)

  it('of all lists the commands and the exit codes', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    for (const { name } of COMMANDS) expect(stdout).toContain(`  ${name} `)
    expect([...stdout.matchAll(/^ {2}(\d) {2}/gm)].map(([, exit]) => exit)).toEqual(['0', '1', '2', '3'])
    expect((await run(['help'])).stdout).toBe(stdout)
  })

  it('of a group lists its commands', async () => {
    const { code, stdout } = await run(['keys', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('keys rotate')
    expect(stdout).not.toContain('store init')
  })

  it('is shown as an error if there are no arguments', async () => {
    const { code, stdout, stderr } = await run([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Usage: countersign')
  })
})

it('--version prints that of the package', async () => {
  expect(await run(['--version'])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
})

describe('a wrong command line ends with 2 and a message that helps', () => {
  it.each([
    [['ispect'], 'did you mean inspect?'],
    [['keys', 'rotat'], 'did you mean keys rotate?'],
    [['key'], 'did you mean keys?'],
    [['keys'], 'keys needs one of generate, list, rotate, retire'],
    [['frobnicate'], 'unknown command\n'],
    [['keys', 'list', '--isuer', 'x'], '--isuer is not an option of this command: did you mean --issuer?'],
    [['keys', 'list', '--pass', 'x'], 'did you mean --passphrase-file?'],
    [['keys', 'list', '--xyzzy'], '--xyzzy is not an option of this command\n'],
    [['keys', 'list', '-j'], '-j is not an option of this command'],
    [['keys', 'list', '--issuer'], '--issuer needs a value: --issuer <url>'],
    [['keys', 'list', '--issuer', '--json'], '--issuer needs a value'],
    [['keys', 'list', '--json=yes'], '--json must not have a value'],
    [['keys', 'list', '--json', '--json'], '--json must not be repeated'],
    [['keys', 'list', 'extra'], 'this command accepts options only'],
    [['keys', 'retire', 'a', 'b'], 'this command accepts only <kid>'],
    [['keys', 'retire'], '<kid> is missing'],
    [['store', 'prune', '--limit', '1e3'], '--limit must be a whole number'],
    [['store', 'prune', '--limit', '-1'], '--limit must be a whole number'],
    [['store', 'prune', '--limit', '0', '--store', 'sqlite:x'], '--limit must be 1 or more'],
    [['keys', 'list', '--issuer', 'https://a.example', '--store', 'mysql://x'], '--store must be file:'],
    [['keys', 'list', '--issuer', 'https://a.example'], '--store is required'],
    [['keys', 'list', '--store', 'file:x'], '--issuer is required'],
    [
      ['keys', 'list', '--issuer', 'nothing', '--store', 'file:x', '--unencrypted'],
      '--issuer must be a URL with its scheme, such as',
    ],
    [['keys', 'list', '--issuer', 'https://a.example', '--store', 'file:x'], 'set COUNTERSIGN_PASSPHRASE'],
    [['store', 'init', '--store', 'file:x'], 'there is nothing to do'],
    [['store', 'init', '--store', 'sqlite:'], '--store needs a path'],
    [['store', 'init', '--store', 'sqlite::memory:'], '--store needs a path'],
    [['store', 'init', '--store', 'postgres:x'], '--store is not a URL'],
    [['store', 'init', '--store', 'sqlite:x', '--schema', 'y'], '--schema is only for postgres://'],
    [['store', 'init', '--store', 'sqlite:x', '--prefix', 'y'], '--prefix is only for redis://'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/\nSee countersign .*--help\n$/)
  })

  it('reads everything after -- as an argument, and values that begin with a dash after =', async () => {
    const { stderr } = await run(['keys', 'retire', '--yes', '--issuer=--x', '--', '--help'])
    expect(stderr).toContain('--store is required')
  })
})
