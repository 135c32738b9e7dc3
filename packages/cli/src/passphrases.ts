import type { KeyEncryption } from '@countersign/issuer'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from './exit.ts'
import type { CommandIo } from './io.ts'
import type { FileEncryption, StorePlace } from './stores.ts'

/** How keys are encrypted, by the options and the environment. */
export interface Encryption {
  /** Of the files; `undefined` with other stores. */
  readonly files: FileEncryption | undefined
  /** Of the ring in the store, as the issuer's `keyEncryption`. */
  readonly keys: KeyEncryption | undefined
}

/**
 * Reads the passphrases. They come from the environment or a file, never from the command line, which everybody on
 * the machine can read.
 * @throws `CommandError`
 */
export function readEncryption(
  place: StorePlace,
  options: { readonly 'passphrase-file': string | undefined; readonly unencrypted: boolean },
  io: CommandIo,
): Encryption {
  const isFile = place.kind === 'file'
  const fromFile = readPassphraseFile(options['passphrase-file'], io)
  const filePassphrase = isFile ? (fromFile ?? variable('COUNTERSIGN_PASSPHRASE', io)) : undefined
  const keys = readKeySecret(isFile ? undefined : fromFile, io)
  if (options.unencrypted && (isFile ? filePassphrase : keys) !== undefined) {
    throw usageError('--unencrypted contradicts the passphrase that is set: take one of them away')
  }
  if (!isFile) return { files: undefined, keys }
  if (filePassphrase !== undefined) return { files: { passphrase: filePassphrase }, keys }
  if (options.unencrypted) return { files: { dangerouslyUnencrypted: true }, keys }
  throw usageError(
    'the files of keys are encrypted: set COUNTERSIGN_PASSPHRASE, or give --passphrase-file, or --unencrypted',
  )
}

/** What the application has as `keyEncryption`. */
function readKeySecret(fromFile: string | undefined, io: CommandIo): KeyEncryption | undefined {
  const passphrase = fromFile ?? variable('COUNTERSIGN_KEY_PASSPHRASE', io)
  const encoded = variable('COUNTERSIGN_WRAPPING_KEY', io)
  if (encoded === undefined) return passphrase === undefined ? undefined : { passphrase }
  if (passphrase !== undefined) {
    throw usageError('COUNTERSIGN_WRAPPING_KEY contradicts the passphrase that is set: take one of them away')
  }
  // 32 bytes in either alphabet
  if (!/^[\w+/-]{43}=?$/.test(encoded)) {
    throw usageError('COUNTERSIGN_WRAPPING_KEY must be 32 bytes in base64 or base64url')
  }
  return { wrappingKey: Buffer.from(encoded, 'base64') }
}

/** Refuses to write private keys into a database as they are, unless that is spelled out. */
export function assertSealed(place: StorePlace, { keys }: Encryption, unencrypted: boolean): void {
  if (place.kind === 'file' || keys !== undefined || unencrypted) return
  throw usageError(
    'private keys are encrypted in a database: set COUNTERSIGN_KEY_PASSPHRASE to what the application has as ' +
      'keyEncryption, or give --passphrase-file, or --unencrypted if it has none',
  )
}

function variable(name: string, io: CommandIo): string | undefined {
  const value = io.env[name]
  if (value === undefined || value === '') return undefined
  io.hide(value)
  return value
}

/** The first line of the file, as editors end each line. */
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
