type NodeSqlite = typeof import('node:sqlite')

/**
 * Node's own SQLite. Asked for when a store is made, not when this file is loaded, so that an older Node says what is
 * the matter.
 * @throws `Error` where this runtime has none
 */
export function nodeSqlite(): NodeSqlite {
  const found = globalThis.process?.getBuiltinModule?.('node:sqlite')
  if (found === undefined) {
    const version = globalThis.process?.version ?? 'another runtime'
    throw new Error(`countersign: sqliteStore needs node:sqlite, so Node 22.13 or newer; this is ${version}`)
  }
  return found
}
