import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { unavailable } from './errors.ts'

const IN_MEMORY = ':memory:'

/** Whether the path names a file that does not exist. */
export function isMissing(path: string): boolean {
  return path !== IN_MEMORY && !existsSync(path)
}

/** Only its owner can read and write the file. SQLite gives the log the same permissions. */
export function createFile(path: string): void {
  if (path === IN_MEMORY) return
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw unavailable(error)
  }
}

/**
 * Whether the open database file is still the one at its path. SQLite itself does not notice that the file was deleted
 * or replaced, and continues to write to a file that has no path any more.
 *
 * @returns a function that checks this at each call
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
