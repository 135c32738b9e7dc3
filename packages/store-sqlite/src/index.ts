/** Countersign's store in a file, with Node's built-in SQLite. */
export type { SqliteStoreOptions } from './options.ts'
export { sqliteStore, type SqliteStore } from './sqlite-store.ts'
