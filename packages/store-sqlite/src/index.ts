/** Countersign's stores in a file, by the SQLite that comes with Node. */
export type { SqliteStoreOptions } from './options.ts'
export { sqliteStore, type SqliteStore } from './sqlite-store.ts'
