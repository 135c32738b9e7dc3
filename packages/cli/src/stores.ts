import { fileKeyStore } from '@countersign/issuer'
import type { KeyStore, Store } from '@countersign/stores'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usageError } from './exit.ts'
import type { CommandIo } from './io.ts'
import type { OpenStore } from './open-store.ts'
import { openPostgres, openRedis } from './servers.ts'
import { importOwnPackage } from './packages.ts'

/** The location of a store. */
export type StoreLocation =
  | { readonly kind: 'file' | 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres' | 'redis'; readonly url: string }

/** Options of a store. */
export interface StoreSettings {
  /** Schema of PostgreSQL. Default: that of the package. */
  readonly schema?: string | undefined
  /** Prefix of the keys in Redis. Default: that of the package. */
  readonly prefix?: string | undefined
}

/** How key files are encrypted. */
export type FileEncryption =
  | { readonly passphrase: string; readonly dangerouslyUnencrypted?: undefined }
  | { readonly passphrase?: undefined; readonly dangerouslyUnencrypted: true }

const FORMS = 'file:<directory>, sqlite:<file>, postgres://… or redis://…'

/**
 * Reads `--store`. No message contains any part of it, since it may contain a password.
 * @throws `CommandError`
 */
export function readLocation(spec: string | undefined, io: CommandIo): StoreLocation {
  const location = spec ?? io.env['COUNTERSIGN_STORE']
  if (location === undefined || location === '') {
    throw usageError(`--store is required, or COUNTERSIGN_STORE in the environment: ${FORMS}`)
  }
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(location) ?? []
  if (scheme === 'file' || scheme === 'sqlite')
    return { kind: scheme, path: readPath(location, rest, io.cwd) }
  if (scheme === 'postgres' || scheme === 'postgresql')
    return { kind: 'postgres', url: readUrl(location, io) }
  if (scheme === 'redis' || scheme === 'rediss') return { kind: 'redis', url: readUrl(location, io) }
  throw usageError(`--store must be ${FORMS}`)
}

function readPath(location: string, rest: string, cwd: string): string {
  if (rest === '' || rest === ':memory:')
    throw usageError('--store needs a path, such as file:./keys or sqlite:./app.db')
  return location.startsWith('file://') ? fileURLToPath(location) : resolve(cwd, rest)
}

function readUrl(location: string, io: CommandIo): string {
  const url = /^[a-z]+:\/\//.test(location) && URL.canParse(location) ? new URL(location) : undefined
  if (url === undefined)
    throw usageError('--store is not a URL: use postgres://user@host:5432/database or redis://host:6379')
  for (const password of [url.password, url.searchParams.get('password') ?? '']) {
    io.hide(password)
    io.hide(decoded(password))
  }
  return location
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Opens a store of keys. `encryption` is for key files. */
export async function openKeyStore(
  location: StoreLocation,
  settings: StoreSettings,
  encryption: FileEncryption | undefined,
  io: CommandIo,
): Promise<OpenStore<KeyStore>> {
  if (location.kind !== 'file' || encryption === undefined) return openStore(location, settings, io)
  const store = fileKeyStore(location.path, { ...encryption, now: io.now })
  return { store, close: async () => {} }
}

/**
 * Opens a store for keys and sessions.
 * @throws `CommandError` if a package is missing, or if the store is for keys only
 */
export async function openStore(
  location: StoreLocation,
  settings: StoreSettings,
  io: CommandIo,
): Promise<OpenStore<Store>> {
  assertSettings(location, settings)
  switch (location.kind) {
    case 'file':
      throw usageError(
        'a file: store contains only keys and creates its own directory: there is nothing to do',
      )
    case 'sqlite': {
      const { sqliteStore } = await importOwnPackage(
        '@countersign/store-sqlite',
        io.cwd,
        () => import('@countersign/store-sqlite'),
      )
      const store = sqliteStore(location.path)
      return { store, close: async () => store.close() }
    }
    case 'postgres':
      return openPostgres(location.url, settings.schema, io.cwd)
    case 'redis':
      return openRedis(location.url, settings.prefix, io.cwd)
  }
}

function assertSettings({ kind }: StoreLocation, { schema, prefix }: StoreSettings): void {
  if (schema !== undefined && kind !== 'postgres') throw usageError('--schema is only for postgres://')
  if (prefix !== undefined && kind !== 'redis') throw usageError('--prefix is only for redis://')
}
