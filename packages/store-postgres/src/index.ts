/** Countersign's store in PostgreSQL. */
export type { PostgresStoreOptions } from './options.ts'
export type { PostgresPool, PostgresQuery } from './pool.ts'
export { postgresStore } from './postgres-store.ts'
