import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore, type SqliteStore } from '@countersign/store-sqlite'
import { onTestFinished } from 'vitest'

/** A folder for the databases of one test. */
export interface TestFolder {
  readonly path: (name: string) => string
  readonly remove: () => void
}

export function createTestFolder(): TestFolder {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sqlite-'))
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A folder, and where its database is to be. */
export function createTestFile(): { folder: TestFolder; file: string } {
  const folder = createTestFolder()
  return { folder, file: folder.path('auth.sqlite') }
}

/** A store on a file of its own, until the test is over. */
export async function openTestStore(): Promise<{ folder: TestFolder; file: string; store: SqliteStore }> {
  const { folder, file } = createTestFile()
  const store = sqliteStore(file)
  onTestFinished(() => {
    store.close()
    folder.remove()
  })
  await store.init()
  return { folder, file, store }
}
