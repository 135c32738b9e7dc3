import {
  assertNames,
  isProduction,
  OptionError,
  optionalBoolean,
  optionalFunction,
  type NamesOf,
} from '@countersign/core/toolkit'
import { createMemorySessions } from './memory-sessions.ts'
import { createMemoryTables } from './memory-tables.ts'
import type { Store, StoreOptions } from './store.ts'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions extends StoreOptions {
  /**
   * Allows this store if `NODE_ENV` is `production`. Sessions, keys and logouts are then lost at each restart, and
   * other processes do not see them. Default false.
   */
  readonly dangerouslyAllowInProduction?: boolean | undefined
}

const OPTION_NAMES: NamesOf<MemoryStoreOptions> = { now: true, dangerouslyAllowInProduction: true }

/**
 * A store in the memory of this process, for development and tests: a restart logs all users out and creates new keys.
 * Rows that are no longer needed are deleted when new ones are added. It needs no timers, and runs on any runtime.
 *
 * @throws `OptionError` if an option is invalid, or `NODE_ENV` is `production`
 * @example
 * ```ts
 * const store = memoryStore()
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  assertNames<MemoryStoreOptions>(options, OPTION_NAMES, 'options')
  const now = optionalFunction(options, 'now') ?? (() => Date.now())
  if (!optionalBoolean(options, 'dangerouslyAllowInProduction') && isProduction()) {
    throw new OptionError(
      'store',
      'must not be memoryStore() if NODE_ENV is "production": use @countersign/store-sqlite, -postgres or -redis, ' +
        'or set dangerouslyAllowInProduction',
    )
  }
  const tables = createMemoryTables()
  const { log } = tables
  const rings = new Map<string, { readonly version: number; readonly content: string }>()

  return Object.freeze<Store>({
    ...createMemorySessions(tables, now),
    acceptsPlainKeys: true,
    async init() {},

    async appendRevocations(entries) {
      const time = now()
      tables.sweep(time)
      log.append(entries, time)
    },
    async readRevocations(cursor, limit) {
      return log.read(cursor, limit, now())
    },
    watchRevocations: log.watch,

    async prune(limit) {
      return tables.prune(now(), limit)
    },

    async useOnce(purpose, id, expiresAt) {
      const time = now()
      tables.sweep(time)
      // Length first, so that two different pairs never get the same key.
      const key = `${purpose.length}:${purpose}${id}`
      const used = tables.usedIds.get(key)
      if (time >= expiresAt || (used !== undefined && time < used.until)) return false
      tables.usedIds.set(key, { until: expiresAt })
      return true
    },

    async readKeyRing(ring) {
      const record = rings.get(ring)
      return { now: now(), version: record?.version ?? 0, content: record?.content }
    },

    async writeKeyRing(ring, expectedVersion, content) {
      if ((rings.get(ring)?.version ?? 0) !== expectedVersion) return false
      rings.set(ring, { version: expectedVersion + 1, content })
      return true
    },
  })
}
