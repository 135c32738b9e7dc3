/** Countersign's stores in a file, by the SQLite that comes with Node. */
export { sqliteStore, type SqliteStore } from './sqlite-store.ts'
