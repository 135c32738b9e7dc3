import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { unavailable } from './errors.ts'

const IN_MEMORY = ':memory:'

/** Whether a file must be there and is not. */
export function isMissing(path: string): boolean {
  return path !== IN_MEMORY && !existsSync(path)
}

/** The file is its owner's alone. SQLite gives the log the same permissions. */
export function createFile(path: string): void {
  if (path === IN_MEMORY) return
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw unavailable(error)
  }
}

/**
 * Whether the file that a database has open is still the one that its path leads to. SQLite itself does not notice when
 * it was deleted or replaced, and goes on writing into what nobody will find again.
 *
 * @returns a function to ask each time
 */
export function watchFile(database: DatabaseSync): () => boolean {
  const path = database.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").get()?.['file']
  if (typeof path !== 'string' || path === '') return () => true
  const opened = identityOf(path)
  return () => identityOf(path) === opened
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev} ${found.ino}`
}
