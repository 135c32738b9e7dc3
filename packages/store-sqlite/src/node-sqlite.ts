type NodeSqlite = typeof import('node:sqlite')

/**
 * Node's own SQLite. Loaded when a store is created, not when this file is loaded, so that an older Node gets a clear
 * error.
 * @throws `Error` if this runtime has no `node:sqlite`
 */
export function nodeSqlite(): NodeSqlite {
  const found = globalThis.process?.getBuiltinModule?.('node:sqlite')
  if (found === undefined) {
    const version = globalThis.process?.version ?? 'another runtime'
    throw new Error(`countersign: sqliteStore needs node:sqlite, so Node 22.13 or newer; this is ${version}`)
  }
  return found
}
