import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'

/** What a file holds. */
interface FileContent {
  readonly format: 1
  /** In base64url; of the passphrase. */
  readonly salt?: string | undefined
  readonly iv?: string | undefined
  readonly tag?: string | undefined
  readonly content: string
}

/** OWASP's parameters of scrypt for 32 MiB. Paid once a process and directory. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1_024 * 1_024 }

/** The keys that files are encrypted with. */
export interface FileCipher {
  /** The key for a salt; a fresh one's where none is given. */
  key(salt: string | undefined): Promise<{ readonly salt: string; readonly key: Buffer }>
}

/** Derives keys from the passphrase, each once. A process goes on with the salt that it met first. */
export function fileCipher(passphrase: string): FileCipher {
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

/** The text of a file; without a cipher, it can be read by everybody who can read the file. */
export async function conceal(
  content: string,
  ring: string,
  version: number,
  cipher: FileCipher | undefined,
): Promise<string> {
  if (cipher === undefined) return JSON.stringify({ format: 1, content } satisfies FileContent)
  const { salt, key } = await cipher.key(undefined)
  const iv = randomBytes(12)
  const aes = createCipheriv('aes-256-gcm', key, iv).setAAD(boundTo(ring, version))
  const bytes = Buffer.concat([aes.update(content, 'utf8'), aes.final()])
  const file: FileContent = {
    format: 1,
    salt,
    iv: iv.toString('base64url'),
    tag: aes.getAuthTag().toString('base64url'),
    content: bytes.toString('base64url'),
  }
  return JSON.stringify(file)
}

/**
 * What `conceal` was given.
 * @throws `KeyFileError` where the file is not one of ours, was changed, or has another passphrase
 */
export async function reveal(
  text: string,
  ring: string,
  version: number,
  cipher: FileCipher | undefined,
): Promise<string> {
  const { salt, iv, tag, content } = parse(text)
  if (salt === undefined || iv === undefined || tag === undefined) {
    if (cipher !== undefined) throw new KeyFileError('is not encrypted, though a passphrase is set')
    return content
  }
  if (cipher === undefined) throw new KeyFileError('is encrypted: set "passphrase"')
  const { key } = await cipher.key(salt)
  try {
    const bytes = (encoded: string): Buffer => Buffer.from(encoded, 'base64url')
    const aes = createDecipheriv('aes-256-gcm', key, bytes(iv), { authTagLength: 16 })
    aes.setAAD(boundTo(ring, version)).setAuthTag(bytes(tag))
    return Buffer.concat([aes.update(bytes(content)), aes.final()]).toString('utf8')
  } catch {
    throw new KeyFileError('cannot be decrypted: is "passphrase" right?')
  }
}

/** The error of `JSON.parse` quotes the text, which may hold private keys: it goes no further. */
function parse(text: string): FileContent {
  let file: Partial<Record<keyof FileContent, unknown>> | null
  try {
    file = JSON.parse(text) as typeof file
  } catch {
    throw new KeyFileError('is damaged')
  }
  const { format, salt, iv, tag, content } = file ?? {}
  const isTextOrAbsent = (value: unknown): value is string | undefined =>
    value === undefined || typeof value === 'string'
  if (
    format === 1 &&
    typeof content === 'string' &&
    isTextOrAbsent(salt) &&
    isTextOrAbsent(iv) &&
    isTextOrAbsent(tag)
  )
    return { format, salt, iv, tag, content }
  throw new KeyFileError('is not one of ours, or of a later version')
}

/** What no waiting mends. */
export class KeyFileError extends Error {
  constructor(problem: string) {
    super(`countersign: the file of signing keys ${problem}`)
    this.name = 'KeyFileError'
  }
}
