import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'

/** Content of a file. */
interface FileContent {
  readonly format: 1
  /** Salt of the passphrase, in base64url. */
  readonly salt?: string | undefined
  readonly iv?: string | undefined
  readonly tag?: string | undefined
  readonly content: string
}

/** OWASP's scrypt parameters for 32 MiB. A process derives a key once for each directory. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1_024 * 1_024 }

/** Derives the keys that encrypt files. */
export interface FileCipher {
  /** The key for a salt; without a salt, for the current or a new one. */
  key(salt: string | undefined): Promise<{ readonly salt: string; readonly key: Buffer }>
}

/** Derives keys from the passphrase, each once. A process goes on with the salt that it read last. */
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

/** The encryption is bound to ring and version, so that a file cannot replace another version. */
function additionalData(ring: string, version: number): Buffer {
  return Buffer.from(JSON.stringify(['countersign key ring', ring, version]))
}

/** The text of a file. Without a cipher it is not encrypted. */
export async function encodeFile(
  content: string,
  ring: string,
  version: number,
  cipher: FileCipher | undefined,
): Promise<string> {
  if (cipher === undefined) return JSON.stringify({ format: 1, content } satisfies FileContent)
  const { salt, key } = await cipher.key(undefined)
  const iv = randomBytes(12)
  const aes = createCipheriv('aes-256-gcm', key, iv).setAAD(additionalData(ring, version))
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
 * Decodes the text of a file.
 * @throws `KeyFileError` if it is not a key file, was changed, or has another passphrase
 */
export async function decodeFile(
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
    aes.setAAD(additionalData(ring, version)).setAuthTag(bytes(tag))
    return Buffer.concat([aes.update(bytes(content)), aes.final()]).toString('utf8')
  } catch {
    throw new KeyFileError('cannot be decrypted: is "passphrase" right?')
  }
}

/** Hides the error of `JSON.parse`, which quotes the text: it may contain private keys. */
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
  throw new KeyFileError('is not a key file of Countersign, or has a later version')
}

/** A problem that does not go away by waiting. */
export class KeyFileError extends Error {
  constructor(problem: string) {
    super(`countersign: the key file ${problem}`)
    this.name = 'KeyFileError'
  }
}
