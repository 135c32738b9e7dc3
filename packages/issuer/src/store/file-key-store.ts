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
import { encodeFile, fileCipher, KeyFileError, decodeFile } from './key-file.ts'

/** Options of {@link fileKeyStore}. */
export interface FileKeyStoreOptions {
  /** Encrypts the files. At least 16 characters. Required, unless `dangerouslyUnencrypted` is set. */
  readonly passphrase?: string | undefined
  /** Writes private keys without encryption. Default false. */
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
/** How often a read is repeated if another process erased the version in the meantime. */
const ATTEMPTS = 10
/** For how many versions an erased file keeps its name. No writer is slower than that. */
const KEPT_NAMES = 64

/**
 * Keeps key rings in a directory, for the processes of one machine. Each version of a ring is a file of its own. It is
 * written under a temporary name, flushed, and then linked to its final name, which fails if that name exists. So a reader
 * never sees half a file, one of many writers wins, and a crash at any point leaves no lock behind. All versions except the
 * last two are erased.
 *
 * @param directory is created with mode 0700 if it does not exist; must be on a local file system
 * @throws `OptionError` if there is no passphrase
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
    throw new OptionError('passphrase', `must be a string of ${MIN_PASSPHRASE} characters or more`)
  }
  const cipher = passphrase === undefined ? undefined : fileCipher(passphrase)

  return {
    // The options of this store decide whether keys are encrypted.
    acceptsPlainKeys: true,
    readKeyRing: (ring) =>
      orUnavailable(async (): Promise<KeyRingRecord> => {
        for (let attempt = 0; ; attempt++) {
          const version = await latestVersion(directory, ring)
          if (version === 0) return { now: now(), version, content: undefined }
          try {
            const text = await readFile(join(directory, fileName(ring, version)), 'utf8')
            if (text !== '')
              return { now: now(), version, content: await decodeFile(text, ring, version, cipher) }
          } catch (error) {
            if (!hasCode(error, 'ENOENT')) throw error
          }
          // This was the latest version, but others wrote newer ones and erased it in the meantime.
          if (attempt >= ATTEMPTS) throw new KeyFileError('is empty')
        }
      }),
    writeKeyRing: (ring, expectedVersion, content) =>
      orUnavailable(async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        if ((await latestVersion(directory, ring)) !== expectedVersion) return false
        const version = expectedVersion + 1
        return writeVersion(directory, ring, version, await encodeFile(content, ring, version, cipher))
      }),
  }
}

/** Writes a text as this version, unless that version exists. */
async function writeVersion(
  directory: string,
  ring: string,
  version: number,
  text: string,
): Promise<boolean> {
  const temporary = join(directory, temporaryName(ring, version))
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, join(directory, fileName(ring, version)))
  } catch (error) {
    // Others were faster; they may also have deleted the temporary file.
    if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOENT')) return false
    throw error
  } finally {
    await unlink(temporary).catch(() => {})
  }
  await syncDirectory(directory)
  // The version is written. If tidying fails, the next write does it.
  await tidy(directory, ring, version).catch(() => {})
  return true
}

/**
 * Erases old files. The previous version stays for its readers. Older ones lose their content, which has private keys, but
 * keep their names, so that a slow writer cannot use such a name. Temporary files of killed writers are deleted.
 */
async function tidy(directory: string, ring: string, version: number): Promise<void> {
  const names = await readdir(directory)
  for (const old of versionsIn(names, ring).filter((one) => one < version - 1)) {
    const path = join(directory, fileName(ring, old))
    if (old < version - KEPT_NAMES) await unlink(path)
    else if ((await stat(path)).size > 0) await erase(path, join(directory, temporaryName(ring, old)))
  }
  const abandoned = names.filter(
    (name) => (versionOf(name, `.${prefixOf(ring)}`, TEMPORARY) ?? Infinity) <= version,
  )
  await Promise.all(abandoned.map((name) => unlink(join(directory, name))))
}

/** Replaces the file in one step, so that a process which has it open can read it to its end. */
async function erase(path: string, temporary: string): Promise<void> {
  await writeFile(temporary, '', { mode: 0o600 })
  await rename(temporary, path)
}

/** The name contains a hash, since the name of a ring is a URL. */
function prefixOf(ring: string): string {
  return `keys-${createHash('sha256').update(ring).digest('hex').slice(0, 16)}.`
}

function fileName(ring: string, version: number): string {
  return `${prefixOf(ring)}${version}.json`
}

/** A temporary name, which readers ignore. */
function temporaryName(ring: string, version: number): string {
  return `.${fileName(ring, version)}.${randomBytes(8).toString('hex')}`
}

/** The rest of a name after the prefix. Both match to the end, so that other copies of a file match neither. */
const FINAL = /^(\d+)\.json$/
const TEMPORARY = /^(\d+)\.json\.[\da-f]{16}$/

function versionOf(name: string, prefix: string, rest: RegExp): number | undefined {
  const version = name.startsWith(prefix) ? rest.exec(name.slice(prefix.length))?.[1] : undefined
  return version === undefined ? undefined : Number.parseInt(version, 10)
}

function versionsIn(names: readonly string[], ring: string): number[] {
  return names
    .map((name) => versionOf(name, prefixOf(ring), FINAL))
    .filter((version) => version !== undefined)
}

/** 0 if there is none. */
async function latestVersion(directory: string, ring: string): Promise<number> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  return Math.max(0, ...versionsIn(names, ring))
}

/** Without this, a power failure could lose the name of a file whose content is saved. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** An error of the file system means that the store is down. Other errors, such as a wrong passphrase, stay as they are. */
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
