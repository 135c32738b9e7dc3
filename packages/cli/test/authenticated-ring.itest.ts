import { createIssuer, type KeyEncryption } from '@countersign/issuer'
import { sqliteStore } from '@countersign/store-sqlite'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  AUDIENCE,
  eachTestHasAFolder,
  folder,
  ISSUER,
  keysOf,
  PASSPHRASE,
  run,
  START,
  type Ran,
} from './support.ts'

eachTestHasAFolder()

const ring = ['--issuer', ISSUER, '--store', 'sqlite:./app.db']
const wrappingKey = randomBytes(32)
const env = { COUNTERSIGN_WRAPPING_KEY: wrappingKey.toString('base64') }
const readers = [
  ['keys', 'list', ...ring],
  ['jwks', ...ring],
  ['token', 'mint', ...ring, '--subject', 'u', '--audience', AUDIENCE],
]
const writers = [
  ['keys', 'generate', ...ring],
  ['keys', 'rotate', ...ring],
  ['keys', 'retire', ...ring, '--yes', 'kid'],
]

/** The ring in the database, before and after somebody else than the command worked on it. */
async function onStore<T>(work: (store: ReturnType<typeof sqliteStore>) => Promise<T>): Promise<T> {
  const store = sqliteStore(join(folder.path, 'app.db'))
  try {
    await store.init()
    return await work(store)
  } finally {
    store.close()
  }
}
const stored = () => onStore((store) => store.readKeyRing(ISSUER))
const tamper = (change: (text: string) => string) =>
  onStore(async (store) => {
    const { version, content = '' } = await store.readKeyRing(ISSUER)
    expect(await store.writeKeyRing(ISSUER, version, change(content))).toBe(true)
  })
/** What the application would have made. */
const make = (keyEncryption: KeyEncryption | undefined) =>
  onStore((store) => {
    const kept = keyEncryption === undefined ? { dangerouslyUnencrypted: true } : { keyEncryption }
    return createIssuer({ issuer: ISSUER, store, ...kept, now: () => START }).ready()
  })

async function refusals(given: Record<string, string>): Promise<readonly Ran[]> {
  const before = (await stored()).version
  const all: Ran[] = []
  for (const args of [...readers, ...writers]) all.push(await run(args, { env: given }))
  expect((await stored()).version).toBe(before)
  return all
}
const refusal = (message: string): Ran => ({ code: 1, stdout: '', stderr: expect.stringContaining(message) })
const allRefused = (message: string): readonly Ran[] => [...readers, ...writers].map(() => refusal(message))

describe('a ring in SQLite that the application authenticates', () => {
  it('is that of the command, with a wrapping key or a passphrase', { timeout: 60_000 }, async () => {
    for (const [keyEncryption, given] of [
      [{ wrappingKey }, env],
      [{ passphrase: PASSPHRASE }, { COUNTERSIGN_KEY_PASSPHRASE: PASSPHRASE }],
    ] as const) {
      await make(undefined)
      const made = await run(['keys', 'generate', ...ring, '--replace', '--yes', '--json'], { env: given })
      expect(made.code).toBe(0)
      expect((await run(['keys', 'rotate', ...ring], { env: given })).code).toBe(0)
      const issued = await onStore((store) =>
        createIssuer({ issuer: ISSUER, store, keyEncryption, now: () => START }).keys(),
      )
      expect(issued.map(({ state }) => state)).toEqual(['active', 'next'])
      await onStore(async (store) => {
        const { version } = await store.readKeyRing(ISSUER)
        await store.writeKeyRing(ISSUER, version, JSON.stringify({ format: 1, revision: 99, keys: [] }))
      })
    }
  })

  it('is refused by every command where somebody without the secret added a key', async () => {
    await make({ wrappingKey })
    await tamper((text) => {
      const begin = text.indexOf('{')
      const { keys, ...rest } = JSON.parse(text.slice(begin)) as { keys: object[] }
      return (
        text.slice(0, begin) + JSON.stringify({ ...rest, keys: [{ ...keys[0], kid: 'theirs' }, ...keys] })
      )
    })
    expect(await refusals(env)).toEqual(
      allRefused('not authentic: is COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY right?'),
    )
  })

  it('is refused by every command where somebody took the MAC away', async () => {
    await make({ wrappingKey })
    await tamper((text) => text.slice(text.indexOf('{')))
    expect(await refusals(env)).toEqual(allRefused('does the application set it?'))
  })

  it('is refused by every command that lacks the secret, or has another', async () => {
    await make({ wrappingKey })
    expect(await refusals({ COUNTERSIGN_WRAPPING_KEY: randomBytes(32).toString('base64url') })).toEqual(
      allRefused('not authentic'),
    )
    for (const args of readers) {
      expect(await run([...args, '--unencrypted'])).toEqual(
        refusal('set COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY'),
      )
    }
  })
})

describe('keys generate --replace', () => {
  const replace = ['keys', 'generate', ...ring, '--replace']

  it.each<[string, () => Promise<void>]>([
    ['from before keyEncryption was set', () => make(undefined)],
    ['of another secret', () => make({ wrappingKey: randomBytes(32) })],
    ['that was damaged', async () => (await make({ wrappingKey }), tamper(() => '{'))],
    ['that is not there', () => onStore(async () => {})],
  ])('puts a new ring in place of one %s', async (_, before) => {
    await before()
    const { version } = await stored()
    const made = await run([...replace, '--yes', '--json'], { env })
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const { kid } = JSON.parse(made.stdout) as { kid: string }
    expect(await keysOf(ring, { env })).toEqual([expect.objectContaining({ kid, state: 'active' })])
    expect((await stored()).version).toBe(version + 1)
  })

  it('writes once, however long it takes', async () => {
    await make({ wrappingKey })
    const { version } = await stored()
    let time = START
    // the copy of the ring is old whenever somebody looks at it
    const now = (): number => (time += 2_000)
    expect((await run([...replace, '--yes'], { env, now })).code).toBe(0)
    expect((await stored()).version).toBe(version + 1)
  })

  it.each([
    ['y', 0],
    ['n', 1],
    ['', 1],
  ])('asks on a terminal: %j', async (answer, code) => {
    await make({ wrappingKey })
    const before = await stored()
    const terminal = { env, stdin: `${answer}\n`, isTTY: { stdin: true, stdout: false } }
    const ran = await run(replace, terminal)
    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain('Replace all keys of this issuer?')
    expect((await stored()).content === before.content).toBe(code === 1)
  })

  it.each<[string[], Record<string, string>, string]>([
    [[], env, 'use --yes'],
    [['--yes'], {}, 'private keys in a database need encryption'],
    [['--yes', '--secret'], env, '--replace is for the ring in a store'],
    [['--yes', '--unencrypted'], env, '--unencrypted contradicts'],
    [['--yes'], { COUNTERSIGN_WRAPPING_KEY: 'short' }, 'must be 32 bytes in base64'],
    [['--yes'], { ...env, COUNTERSIGN_KEY_PASSPHRASE: PASSPHRASE }, 'COUNTERSIGN_WRAPPING_KEY contradicts'],
  ])('refuses to be called with %j and %j', async (args, given, message) => {
    await make({ wrappingKey })
    const before = (await stored()).content
    expect(await run([...replace, ...args], { env: given })).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    })
    expect((await stored()).content).toBe(before)
  })
})
