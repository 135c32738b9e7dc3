import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreUnavailableError, type KeyRingRecord, type KeyStore } from '@countersign/core/stores'
import { OptionError } from '@countersign/core/toolkit'

/** Options of {@link fileKeyStore}. */
export interface FileKeyStoreOptions {
  /** Encrypts the files, at least 16 characters. Required, unless it is spelled out that nothing is encrypted. */
  readonly passphrase?: string | undefined
  /** Writes private keys as they are. Default false. */
  readonly dangerouslyUnencrypted?: boolean | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests. */
  readonly now?: (() => number) | undefined
}

/** What a file holds. */
interface FileContent {
  readonly format: 1
  /** In base64url; of the passphrase. */
  readonly salt?: string
  readonly iv?: string
  readonly tag?: string
  readonly content: string
}

/** OWASP's parameters of scrypt for 32 MiB. Paid once a process and directory. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1_024 * 1_024 }
const MIN_PASSPHRASE = 16
/** How often a read is tried again that the deletion of an old version was faster than. */
const ATTEMPTS = 10

/**
 * Keeps key rings in a directory, for the processes of one machine. Each version of a ring is a file of its own: it is
 * written aside, flushed, and then gets its name by a link, which fails if the name exists. So a reader never sees half
 * a file, of many processes that write one wins, and a crash at any point leaves no lock behind.
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
  const { passphrase, dangerouslyUnencrypted = false, now = Date.now } = options
  if (typeof directory !== 'string' || directory === '') throw new OptionError('directory', 'must be a path')
  if (passphrase === undefined ? !dangerouslyUnencrypted : dangerouslyUnencrypted) {
    throw new OptionError('passphrase', 'is required, or dangerouslyUnencrypted: true, not both')
  }
  if (passphrase !== undefined && (typeof passphrase !== 'string' || passphrase.length < MIN_PASSPHRASE)) {
    throw new OptionError('passphrase', `must be a text of ${MIN_PASSPHRASE} characters or more`)
  }
  const cipher = passphrase === undefined ? undefined : fileCipher(passphrase)

  return {
    readKeyRing: (ring) =>
      orUnavailable(async (): Promise<KeyRingRecord> => {
        for (let attempt = 0; ; attempt++) {
          const version = latest(await versionsOf(directory, ring))
          if (version === 0) return { now: now(), version, content: undefined }
          try {
            const text = await readFile(join(directory, fileName(ring, version)), 'utf8')
            const file = JSON.parse(text) as FileContent
            return { now: now(), version, content: await reveal(file, ring, version, cipher) }
          } catch (error) {
            // It was there a moment ago: two newer versions came, and somebody tidied up.
            if (!hasCode(error, 'ENOENT') || attempt >= ATTEMPTS) throw error
          }
        }
      }),
    writeKeyRing: (ring, expectedVersion, content) =>
      orUnavailable(async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        if (latest(await versionsOf(directory, ring)) !== expectedVersion) return false
        const version = expectedVersion + 1
        const file = await conceal(content, ring, version, cipher)
        return putInPlace(directory, ring, version, JSON.stringify(file))
      }),
  }
}

/** Gives a text its place as this version, unless another one has it. */
async function putInPlace(directory: string, ring: string, version: number, text: string): Promise<boolean> {
  const aside = join(directory, `.${fileName(ring, version)}.${randomBytes(8).toString('hex')}`)
  const place = join(directory, fileName(ring, version))
  try {
    const file = await open(aside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(aside, place)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await unlink(aside).catch(() => {})
  }
  const versions = await versionsOf(directory, ring)
  if (latest(versions) !== version) {
    // So slow that this version had come and been tidied away before: the name was free, the place is not ours.
    await unlink(place).catch(() => {})
    return false
  }
  await syncDirectory(directory)
  // The one before stays for those who are reading it.
  const old = versions.filter((one) => one < version - 1)
  await Promise.all(old.map((one) => unlink(join(directory, fileName(ring, one))).catch(() => {})))
  return true
}

/** Names are made of a hash: a ring is called by a URL. */
function fileName(ring: string, version: number): string {
  return `keys-${createHash('sha256').update(ring).digest('hex').slice(0, 16)}.${version}.json`
}

async function versionsOf(directory: string, ring: string): Promise<number[]> {
  const prefix = fileName(ring, 0).replace('0.json', '')
  const names = await readdir(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  })
  return names
    .filter((name) => name.startsWith(prefix) && /^\d+\.json$/.test(name.slice(prefix.length)))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10))
}

function latest(versions: readonly number[]): number {
  return Math.max(0, ...versions)
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

interface FileCipher {
  /** The key for a salt; a fresh one's where none is given. */
  key(salt: string | undefined): Promise<{ readonly salt: string; readonly key: Buffer }>
}

/** Derives keys from the passphrase, each once. A process goes on with the salt that it met first. */
function fileCipher(passphrase: string): FileCipher {
  const keys = new Map<string, Promise<Buffer>>()
  let current: string | undefined
  return {
    async key(salt = current ?? randomBytes(16).toString('base64url')) {
      current = salt
      let key = keys.get(salt)
      if (key === undefined) {
        if (keys.size >= 16) keys.clear()
        key = new Promise((resolve, reject) => {
          scrypt(passphrase, Buffer.from(salt, 'base64url'), 32, SCRYPT, (error, derived) =>
            error === null ? resolve(derived) : reject(error),
          )
        })
        keys.set(salt, key)
      }
      return { salt, key: await key }
    },
  }
}

/** What the encryption is bound to, so that no version passes for another. */
function boundTo(ring: string, version: number): Buffer {
  return Buffer.from(JSON.stringify(['countersign key ring', ring, version]))
}

async function conceal(
  content: string,
  ring: string,
  version: number,
  cipher: FileCipher | undefined,
): Promise<FileContent> {
  if (cipher === undefined) return { format: 1, content }
  const { salt, key } = await cipher.key(undefined)
  const iv = randomBytes(12)
  const aes = createCipheriv('aes-256-gcm', key, iv).setAAD(boundTo(ring, version))
  const bytes = Buffer.concat([aes.update(content, 'utf8'), aes.final()])
  const text = (buffer: Buffer): string => buffer.toString('base64url')
  return { format: 1, salt, iv: text(iv), tag: text(aes.getAuthTag()), content: text(bytes) }
}

async function reveal(
  { format, salt, iv, tag, content }: FileContent,
  ring: string,
  version: number,
  cipher: FileCipher | undefined,
): Promise<string> {
  if (format !== 1 || typeof content !== 'string')
    throw new KeyFileError('is not one of ours, or of a later version')
  if (salt === undefined || iv === undefined || tag === undefined) {
    if (cipher !== undefined) throw new KeyFileError('is not encrypted, though a passphrase is set')
    return content
  }
  if (cipher === undefined) throw new KeyFileError('is encrypted: set "passphrase"')
  const { key } = await cipher.key(salt)
  try {
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
    const aes = createDecipheriv('aes-256-gcm', key, bytes(iv), { authTagLength: 16 })
    aes.setAAD(boundTo(ring, version)).setAuthTag(bytes(tag))
    return Buffer.concat([aes.update(bytes(content)), aes.final()]).toString('utf8')
  } catch {
    throw new KeyFileError('cannot be decrypted: is "passphrase" right?')
  }
}

/** What no waiting mends. */
class KeyFileError extends Error {
  constructor(problem: string) {
    super(`countersign: the file of signing keys ${problem}`)
    this.name = 'KeyFileError'
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
