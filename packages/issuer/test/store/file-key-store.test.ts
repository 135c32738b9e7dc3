import { createIssuer, fileKeyStore } from '@countersign/issuer'
import { StoreUnavailableError } from '@countersign/stores'
import { fakeClock } from '@countersign/forge'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { INPUT, ISSUER, signingKid } from '../support.ts'

// A key is derived from the passphrase slowly, on purpose.
vi.setConfig({ testTimeout: 30_000 })

const PASSPHRASE = 'correct horse battery staple'
let folder = ''
let directory = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-'))
  directory = join(folder, 'deep', 'ring')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const files = () => readdirSync(directory).map((name) => join(directory, name))
/** The file of the latest version. */
const latest = () =>
  files()
    .toSorted((a, b) => Number(/\.(\d+)\.json$/.exec(a)?.[1]) - Number(/\.(\d+)\.json$/.exec(b)?.[1]))
    .at(-1)!
const start = (passphrase = PASSPHRASE) =>
  createIssuer({ issuer: ISSUER, store: fileKeyStore(directory, { passphrase }) })

describe('what is on the disk', () => {
  it('can be read by its owner alone', async () => {
    const store = fileKeyStore(directory, { passphrase: PASSPHRASE })
    await createIssuer({ issuer: ISSUER, store }).rotate()
    await createIssuer({ issuer: ISSUER, store }).rotate()
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(files().map((file) => statSync(file).mode & 0o777)).toEqual(files().map(() => 0o600))
  })

  it('has nothing of a private key, in any version', async () => {
    const store = fileKeyStore(directory, { passphrase: PASSPHRASE })
    const secrets: string[] = []
    const watched = {
      ...store,
      readKeyRing: store.readKeyRing.bind(store),
      writeKeyRing(ring: string, version: number, content: string) {
        for (const [, d = ''] of content.matchAll(/"d":"([\w-]+)"/g)) secrets.push(d)
        return store.writeKeyRing(ring, version, content)
      },
    }
    const clock = fakeClock()
    const issuer = createIssuer({ issuer: ISSUER, store: watched, now: clock.now })
    for (let i = 0; i < 4; i++) {
      await issuer.retire(await signingKid(issuer))
      await issuer.accessToken(INPUT)
    }
    expect(new Set(secrets).size).toBe(5)
    const bytes = Buffer.concat(files().map((file) => readFileSync(file)))
    for (const secret of secrets) {
      expect(bytes.includes(secret)).toBe(false)
      expect(bytes.includes(Buffer.from(secret, 'base64url'))).toBe(false)
      expect(bytes.includes(Buffer.from(secret, 'base64url').toString('hex'))).toBe(false)
    }
    expect(bytes.includes('"d"')).toBe(false)
    expect(bytes.includes(ISSUER)).toBe(false)
  })

  it('is plain where that is spelled out, and keyEncryption then hides the private keys', async () => {
    const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    const open = createIssuer({ issuer: ISSUER, store })
    await open.ready()
    expect(readFileSync(latest(), 'utf8')).toContain('\\"d\\"')
    const sealed = createIssuer({
      issuer: `${ISSUER}/sealed`,
      store,
      keyEncryption: { wrappingKey: Buffer.from('0123456789abcdefghijklmnopqrstuv') },
    })
    await sealed.ready()
    const text = readFileSync(
      files().find((file) => !readFileSync(file, 'utf8').includes('\\"d\\"'))!,
      'utf8',
    )
    expect(text).toContain('sealed')
  })

  it('is wiped when it is old, so that a key that was taken out is nowhere', async () => {
    const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    const issuer = createIssuer({ issuer: ISSUER, store })
    await issuer.ready()
    const secret = /\\"d\\":\\"([\w-]+)/.exec(readFileSync(latest(), 'utf8'))?.[1] ?? ''
    await issuer.retire(await signingKid(issuer))
    await issuer.accessToken(INPUT)
    await issuer.rotate()
    expect(
      files()
        .map((file) => readFileSync(file, 'utf8'))
        .join(''),
    ).not.toContain(secret)
    expect(secret).toHaveLength(43)
  })
})

describe('a ring', () => {
  it('outlives the process', async () => {
    const kid = await signingKid(start())
    expect(await signingKid(start())).toBe(kid)
  })

  it('is apart from those of other issuers', async () => {
    const store = fileKeyStore(directory, { passphrase: PASSPHRASE })
    const kid = await signingKid(createIssuer({ issuer: ISSUER, store }))
    expect(await signingKid(createIssuer({ issuer: `${ISSUER}/b`, store }))).not.toBe(kid)
  })

  it('[I-39] is one for 20 issuers in parallel, each with a store of its own', async () => {
    const kids = await Promise.all(
      Array.from({ length: 20 }, () => {
        const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
        return signingKid(createIssuer({ issuer: ISSUER, store }))
      }),
    )
    expect(new Set(kids).size).toBe(1)
  })

  it('is one for three that are encrypted, each with a salt of its own at first', async () => {
    const kids = await Promise.all([start(), start(), start()].map(signingKid))
    expect(new Set(kids).size).toBe(1)
  })

  it('is written by one of many', async () => {
    const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.writeKeyRing('r', 0, `${i}`)),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await store.readKeyRing('r')).toMatchObject({ version: 1, content: `${answers.indexOf(true)}` })
    expect(await store.writeKeyRing('r', 0, 'late')).toBe(false)
    expect(await store.writeKeyRing('r', 5, 'early')).toBe(false)
  })

  it('does not grow for ever', async () => {
    const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    for (let version = 0; version < 100; version++)
      expect(await store.writeKeyRing('r', version, `${version}`)).toBe(true)
    expect(files().length).toBeLessThan(70)
  })
})

describe('what cannot be read', () => {
  /** What it says, with whatever it says it with. */
  const failure = async (issuer = start()): Promise<Error> =>
    issuer.accessToken(INPUT).then(
      () => new Error('a token'),
      (error: Error) => error,
    )

  it('a wrong passphrase, which is no outage', async () => {
    await start().ready()
    const error = await failure(start('another passphrase altogether'))
    expect(error).not.toBeInstanceOf(StoreUnavailableError)
    expect(error.message).toBe('countersign: the key file cannot be decrypted: is "passphrase" right?')
    await expect(start('another passphrase altogether').ready()).rejects.toThrow('passphrase')
  })

  it('no options at all', () => {
    expect(() => fileKeyStore(directory, undefined as never)).toThrow(/passphrase.*is required/)
  })

  it('no passphrase, and one where nothing is encrypted', async () => {
    await start().ready()
    const open = createIssuer({
      issuer: ISSUER,
      store: fileKeyStore(directory, { dangerouslyUnencrypted: true }),
    })
    expect((await failure(open)).message).toContain('is encrypted: set "passphrase"')
    rmSync(directory, { recursive: true })
    await createIssuer({
      issuer: ISSUER,
      store: fileKeyStore(directory, { dangerouslyUnencrypted: true }),
    }).ready()
    expect((await failure()).message).toContain('is not encrypted, though a passphrase is set')
  })

  it.each([
    ['content', (file: Record<string, string>) => ({ ...file, content: `A${file['content']!.slice(1)}B` })],
    ['tag', (file: Record<string, string>) => ({ ...file, tag: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    ['short tag', (file: Record<string, string>) => ({ ...file, tag: file['tag']!.slice(0, 6) })],
    ['iv', (file: Record<string, string>) => ({ ...file, iv: 'AAAAAAAAAAAAAAAA' })],
    ['salt', (file: Record<string, string>) => ({ ...file, salt: 'AAAA' })],
    ['kind of salt', (file: Record<string, string>) => ({ ...file, salt: 5 })],
    ['format', (file: Record<string, string>) => ({ ...file, format: 2 })],
    ['everything', () => null],
  ])('a file whose %s was changed', async (_, change) => {
    await start().ready()
    const file = JSON.parse(readFileSync(latest(), 'utf8')) as Record<string, string>
    writeFileSync(latest(), JSON.stringify(change(file)))
    const error = await failure()
    expect(error.name).toBe('KeyFileError')
    expect(error).not.toBeInstanceOf(StoreUnavailableError)
  })

  it('a file that passes for another version, or another ring', async () => {
    const store = fileKeyStore(directory, { passphrase: PASSPHRASE })
    await createIssuer({ issuer: ISSUER, store }).ready()
    const first = latest()
    renameSync(first, first.replace('.1.json', '.7.json'))
    expect((await failure()).message).toContain('cannot be decrypted')
  })

  it.each([
    ['cut off', '{"format":1,"content":"{\\"keys\\":[{\\"d\\":\\"SECRET'],
    ['empty', ''],
  ])('a file that is %s, of which nothing is quoted', async (_, text) => {
    const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    await createIssuer({ issuer: ISSUER, store }).ready()
    writeFileSync(latest(), text)
    const error = await failure(createIssuer({ issuer: ISSUER, store }))
    expect(error.name).toBe('KeyFileError')
    expect(error.message).not.toContain('SECRET')
    expect(error.cause).toBeUndefined()
  })

  it('a place that is no directory: the store is unavailable', async () => {
    writeFileSync(join(folder, 'deep'), '')
    expect(await failure()).toBeInstanceOf(StoreUnavailableError)
    chmodSync(join(folder, 'deep'), 0o600)
  })
})

describe('options', () => {
  it.each([
    ['directory', '', { passphrase: PASSPHRASE }],
    ['passphrase', 'x', {}],
    ['passphrase', 'x', { passphrase: 'too short' }],
    ['passphrase', 'x', { passphrase: PASSPHRASE, dangerouslyUnencrypted: true }],
  ])('%s is validated at once', (option, path, options) => {
    expect(() => fileKeyStore(path, options)).toThrow(
      expect.objectContaining({ name: 'OptionError', option }),
    )
  })
})

describe('who is too late', () => {
  it('a writer who slept while others wrote finds no name that is free', async () => {
    // It derives its key between looking and writing, for which it needs some hundred milliseconds.
    const slow = fileKeyStore(directory, { passphrase: PASSPHRASE })
    const fast = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    for (let version = 0; version < 3; version++) await fast.writeKeyRing('r', version, `${version}`)
    const late = slow.writeKeyRing('r', 3, 'late')
    for (let version = 3; version < 9; version++)
      expect(await fast.writeKeyRing('r', version, `${version}`)).toBe(true)
    expect(await late).toBe(false)
    expect(await fast.readKeyRing('r')).toMatchObject({ version: 9, content: '8' })
  })

  it('what a writer who was killed left aside is removed', async () => {
    const store = fileKeyStore(directory, { dangerouslyUnencrypted: true })
    await store.writeKeyRing('r', 0, 'first')
    const [name = ''] = readdirSync(directory)
    const left = join(directory, `.${name}.0123456789abcdef`)
    writeFileSync(left, 'half a fi')
    const later = join(directory, `.${name.replace('.1.json', '.9.json')}.0123456789abcdef`)
    writeFileSync(later, '')
    expect(await store.readKeyRing('r')).toMatchObject({ version: 1, content: 'first' })
    await store.writeKeyRing('r', 1, 'second')
    expect(files()).not.toContain(left)
    // Whoever writes a version that is still to come is alive, for all we know.
    expect(files()).toContain(later)
  })
})
