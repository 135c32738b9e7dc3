import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreUnavailableError, type KeyRingRecord, type KeyStore } from '@countersign/stores'
import {
  assertNames,
  OptionError,
  optionalBoolean,
  optionalFunction,
  type NamesOf,
} from '@countersign/core/toolkit'
import { conceal, fileCipher, KeyFileError, reveal } from './key-file.ts'

/** Options of {@link fileKeyStore}. */
export interface FileKeyStoreOptions {
  /** Encrypts the files, at least 16 characters. Required, unless it is spelled out that nothing is encrypted. */
  readonly passphrase?: string | undefined
  /** Writes private keys as they are. Default false. */
  readonly dangerouslyUnencrypted?: boolean | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests. */
  readonly now?: (() => number) | undefined
}

const OPTION_NAMES = {
  passphrase: true,
  dangerouslyUnencrypted: true,
  now: true,
} as const satisfies NamesOf<FileKeyStoreOptions>

const MIN_PASSPHRASE = 16
/** How often a read is tried again that the wiping of an old version was faster than. */
const ATTEMPTS = 10
/** For how many versions a name stays taken, though its content is wiped: so slow no writer is. */
const TAKEN = 64

/**
 * Keeps key rings in a directory, for the processes of one machine. Each version of a ring is a file of its own: it is
 * written aside, flushed, and then gets its name by a link, which fails if the name exists. So a reader never sees half
 * a file, of many processes that write one wins, and a crash at any point leaves no lock behind. All versions but the
 * last two are wiped.
 *
 * @param directory made with mode 0700 if it does not exist; on a local file system
 * @throws `OptionError` where no passphrase is given
 * @example
 * ```ts
 * const store = fileKeyStore('./keys', { passphrase })
 * const issuer = createIssuer({ issuer: 'https://auth.example.com', store })
 * ```
 */
export function fileKeyStore(directory: string, options: FileKeyStoreOptions): KeyStore {
  if (options === undefined)
    throw new OptionError('passphrase', 'is required: fileKeyStore(directory, { passphrase })')
  assertNames<FileKeyStoreOptions>(options, OPTION_NAMES, 'options')
  const { passphrase } = options
  const now = optionalFunction(options, 'now') ?? (() => Date.now())
  const dangerouslyUnencrypted = optionalBoolean(options, 'dangerouslyUnencrypted')
  if (typeof directory !== 'string' || directory === '') throw new OptionError('directory', 'must be a path')
  if (passphrase === undefined ? !dangerouslyUnencrypted : dangerouslyUnencrypted) {
    throw new OptionError('passphrase', 'is required, or dangerouslyUnencrypted: true, not both')
  }
  if (passphrase !== undefined && (typeof passphrase !== 'string' || passphrase.length < MIN_PASSPHRASE)) {
    throw new OptionError('passphrase', `must be a text of ${MIN_PASSPHRASE} characters or more`)
  }
  const cipher = passphrase === undefined ? undefined : fileCipher(passphrase)

  return {
    // Its own options say whether they are encrypted.
    acceptsPlainKeys: true,
    readKeyRing: (ring) =>
      orUnavailable(async (): Promise<KeyRingRecord> => {
        for (let attempt = 0; ; attempt++) {
          const version = await latestVersion(directory, ring)
          if (version === 0) return { now: now(), version, content: undefined }
          try {
            const text = await readFile(join(directory, fileName(ring, version)), 'utf8')
            if (text !== '')
              return { now: now(), version, content: await reveal(text, ring, version, cipher) }
          } catch (error) {
            if (!hasCode(error, 'ENOENT')) throw error
          }
          // It was the latest a moment ago: newer versions came, and somebody tidied up.
          if (attempt >= ATTEMPTS) throw new KeyFileError('is empty')
        }
      }),
    writeKeyRing: (ring, expectedVersion, content) =>
      orUnavailable(async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        if ((await latestVersion(directory, ring)) !== expectedVersion) return false
        const version = expectedVersion + 1
        return putInPlace(directory, ring, version, await conceal(content, ring, version, cipher))
      }),
  }
}

/** Gives a text its place as this version, unless another one has it. */
async function putInPlace(directory: string, ring: string, version: number, text: string): Promise<boolean> {
  const aside = join(directory, asideName(ring, version))
  try {
    const file = await open(aside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(aside, join(directory, fileName(ring, version)))
  } catch (error) {
    // Others were faster; they may have removed what was aside, too.
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOENT')) return false
    throw error
  } finally {
    await unlink(aside).catch(() => {})
  }
  await syncDirectory(directory)
  // The version has its place: what is left to do, a later one does as well.
  await tidy(directory, ring, version).catch(() => {})
  return true
}

/**
 * Wipes what nobody needs. The version before stays for those who are reading it. Older ones keep their names, so that
 * a writer who slept meanwhile does not find one free; their content, which holds private keys, goes. So does what
 * writers who were killed left aside.
 */
async function tidy(directory: string, ring: string, version: number): Promise<void> {
  const names = await readdir(directory)
  for (const old of versionsIn(names, ring).filter((one) => one < version - 1)) {
    const path = join(directory, fileName(ring, old))
    if (old < version - TAKEN) await unlink(path)
    else if ((await stat(path)).size > 0) await wipe(path, join(directory, asideName(ring, old)))
  }
  const dead = names.filter((name) => (versionOf(name, `.${prefixOf(ring)}`, ASIDE) ?? Infinity) <= version)
  await Promise.all(dead.map((name) => unlink(join(directory, name))))
}

/** In one step, so that whoever has the file open reads it to its end. */
async function wipe(path: string, aside: string): Promise<void> {
  await writeFile(aside, '', { mode: 0o600 })
  await rename(aside, path)
}

/** Names are made of a hash: a ring is called by a URL. */
function prefixOf(ring: string): string {
  return `keys-${createHash('sha256').update(ring).digest('hex').slice(0, 16)}.`
}

function fileName(ring: string, version: number): string {
  return `${prefixOf(ring)}${version}.json`
}

/** A file under this name is nobody's yet, and no reader looks at it. */
function asideName(ring: string, version: number): string {
  return `.${fileName(ring, version)}.${randomBytes(8).toString('hex')}`
}

/** What follows the prefix. To the end: copies that somebody made are neither. */
const IN_PLACE = /^(\d+)\.json$/
const ASIDE = /^(\d+)\.json\.[\da-f]{16}$/

function versionOf(name: string, prefix: string, rest: RegExp): number | undefined {
  const version = name.startsWith(prefix) ? rest.exec(name.slice(prefix.length))?.[1] : undefined
  return version === undefined ? undefined : Number.parseInt(version, 10)
}

function versionsIn(names: readonly string[], ring: string): number[] {
  return names
    .map((name) => versionOf(name, prefixOf(ring), IN_PLACE))
    .filter((version) => version !== undefined)
}

/** 0 where there is none. */
async function latestVersion(directory: string, ring: string): Promise<number> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  return Math.max(0, ...versionsIn(names, ring))
}

/** Without it, a power cut could forget the name of a file whose content is safe. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Errors of the file system mean that the store is down; a wrong passphrase, that it is set up wrongly. */
async function orUnavailable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'syscall' in error)
      throw new StoreUnavailableError('file', error)
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
