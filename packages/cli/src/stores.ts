import { fileKeyStore } from '@countersign/issuer'
import type { KeyStore, Store } from '@countersign/stores'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usageError } from './exit.ts'
import type { CommandIo } from './io.ts'
import type { Opened } from './opened.ts'
import { openPostgres, openRedis } from './servers.ts'
import { fromOurs } from './packages.ts'

/** Where a store is. */
export type StorePlace =
  | { readonly kind: 'file' | 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres' | 'redis'; readonly url: string }

/** What the options say of a store. */
export interface StoreSettings {
  /** Schema of PostgreSQL. Default that of its store. */
  readonly schema?: string | undefined
  /** What keys of Redis begin with. Default that of its store. */
  readonly prefix?: string | undefined
}

/** How a store of files is encrypted. */
export type FileEncryption =
  | { readonly passphrase: string; readonly dangerouslyUnencrypted?: undefined }
  | { readonly passphrase?: undefined; readonly dangerouslyUnencrypted: true }

const FORMS = 'file:<directory>, sqlite:<file>, postgres://… or redis://…'

/**
 * Reads `--store`. Nothing of it gets into a message: it may hold a password.
 * @throws `CommandError`
 */
export function readPlace(spec: string | undefined, io: CommandIo): StorePlace {
  const place = spec ?? io.env['COUNTERSIGN_STORE']
  if (place === undefined || place === '') {
    throw usageError(`--store is required, or COUNTERSIGN_STORE in the environment: ${FORMS}`)
  }
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(place) ?? []
  if (scheme === 'file' || scheme === 'sqlite') return { kind: scheme, path: readPath(place, rest, io.cwd) }
  if (scheme === 'postgres' || scheme === 'postgresql') return { kind: 'postgres', url: readUrl(place, io) }
  if (scheme === 'redis' || scheme === 'rediss') return { kind: 'redis', url: readUrl(place, io) }
  throw usageError(`--store must be ${FORMS}`)
}

function readPath(place: string, rest: string, cwd: string): string {
  if (rest === '' || rest === ':memory:')
    throw usageError('--store needs a path, such as file:./keys or sqlite:./app.db')
  return place.startsWith('file://') ? fileURLToPath(place) : resolve(cwd, rest)
}

function readUrl(place: string, io: CommandIo): string {
  const url = /^[a-z]+:\/\//.test(place) && URL.canParse(place) ? new URL(place) : undefined
  if (url === undefined)
    throw usageError('--store is no URL: postgres://user@host:5432/database, or redis://host:6379')
  for (const password of [url.password, url.searchParams.get('password') ?? '']) {
    io.hide(password)
    io.hide(decoded(password))
  }
  return place
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Opens a store of keys. `encryption` is for files. */
export async function openKeyStore(
  place: StorePlace,
  settings: StoreSettings,
  encryption: FileEncryption | undefined,
  io: CommandIo,
): Promise<Opened<KeyStore>> {
  if (place.kind !== 'file' || encryption === undefined) return openStore(place, settings, io)
  const store = fileKeyStore(place.path, { ...encryption, now: io.now })
  return { store, close: async () => {} }
}

/**
 * Opens a store of everything.
 * @throws `CommandError` where a package is missing, or the store keeps keys alone
 */
export async function openStore(
  place: StorePlace,
  settings: StoreSettings,
  io: CommandIo,
): Promise<Opened<Store>> {
  assertSettings(place, settings)
  switch (place.kind) {
    case 'file':
      throw usageError('--store file: keeps keys alone, and makes its directory itself: nothing to do here')
    case 'sqlite': {
      const { sqliteStore } = await fromOurs(
        '@countersign/store-sqlite',
        io.cwd,
        () => import('@countersign/store-sqlite'),
      )
      const store = sqliteStore(place.path)
      return { store, close: async () => store.close() }
    }
    case 'postgres':
      return openPostgres(place.url, settings.schema, io.cwd)
    case 'redis':
      return openRedis(place.url, settings.prefix, io.cwd)
  }
}

function assertSettings({ kind }: StorePlace, { schema, prefix }: StoreSettings): void {
  if (schema !== undefined && kind !== 'postgres') throw usageError('--schema is for postgres:// alone')
  if (prefix !== undefined && kind !== 'redis') throw usageError('--prefix is for redis:// alone')
}
