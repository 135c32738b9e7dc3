import type { KeyEncryption } from '@countersign/issuer'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from './exit.ts'
import type { CommandIo } from './io.ts'
import type { FileEncryption, StoreLocation } from './stores.ts'

/** How keys are encrypted, according to options and environment. */
export interface Encryption {
  /** For key files; `undefined` with other stores. */
  readonly files: FileEncryption | undefined
  /** For the ring in the store: the issuer's `keyEncryption`. */
  readonly keys: KeyEncryption | undefined
}

/**
 * Reads the passphrases. They come from the environment or a file, never from the command line, since all users of the
 * machine can read command lines.
 * @throws `CommandError`
 */
export function readEncryption(
  location: StoreLocation,
  options: { readonly 'passphrase-file': string | undefined; readonly unencrypted: boolean },
  io: CommandIo,
): Encryption {
  const isFile = location.kind === 'file'
  const fromFile = readPassphraseFile(options['passphrase-file'], io)
  const filePassphrase = isFile ? (fromFile ?? variable('COUNTERSIGN_PASSPHRASE', io)) : undefined
  const keys = readKeySecret(isFile ? undefined : fromFile, io)
  if (options.unencrypted && (isFile ? filePassphrase : keys) !== undefined) {
    throw usageError('--unencrypted contradicts the passphrase that is set: remove one of them')
  }
  if (!isFile) return { files: undefined, keys }
  if (filePassphrase !== undefined) return { files: { passphrase: filePassphrase }, keys }
  if (options.unencrypted) return { files: { dangerouslyUnencrypted: true }, keys }
  throw usageError(
    'key files need a passphrase: set COUNTERSIGN_PASSPHRASE, --passphrase-file or --unencrypted',
  )
}

/** The application's `keyEncryption`. */
function readKeySecret(fromFile: string | undefined, io: CommandIo): KeyEncryption | undefined {
  const passphrase = fromFile ?? variable('COUNTERSIGN_KEY_PASSPHRASE', io)
  const encoded = variable('COUNTERSIGN_WRAPPING_KEY', io)
  if (encoded === undefined) return passphrase === undefined ? undefined : { passphrase }
  if (passphrase !== undefined) {
    throw usageError('COUNTERSIGN_WRAPPING_KEY contradicts the passphrase that is set: remove one of them')
  }
  // 32 bytes in base64 or base64url
  if (!/^[\w+/-]{43}=?$/.test(encoded)) {
    throw usageError('COUNTERSIGN_WRAPPING_KEY must be 32 bytes in base64 or base64url')
  }
  return { wrappingKey: Buffer.from(encoded, 'base64') }
}

/** Throws if private keys would be stored in a database without encryption, unless `--unencrypted` allows it. */
export function assertEncrypted(location: StoreLocation, { keys }: Encryption, unencrypted: boolean): void {
  if (location.kind === 'file' || keys !== undefined || unencrypted) return
  throw usageError(
    'private keys in a database need encryption: set COUNTERSIGN_KEY_PASSPHRASE or --passphrase-file to the ' +
      'keyEncryption of the application, or use --unencrypted if it has none',
  )
}

function variable(name: string, io: CommandIo): string | undefined {
  const value = io.env[name]
  if (value === undefined || value === '') return undefined
  io.hide(value)
  return value
}

/** The first line of the file, since editors add a line end. */
function readPassphraseFile(path: string | undefined, io: CommandIo): string | undefined {
  if (path === undefined) return undefined
  let text: string
  try {
    text = readFileSync(resolve(io.cwd, path), 'utf8')
  } catch {
    throw usageError('--passphrase-file cannot be read')
  }
  const passphrase = text.split(/\r?\n/)[0] ?? ''
  if (passphrase === '') throw usageError('--passphrase-file is empty')
  io.hide(passphrase)
  return passphrase
}
