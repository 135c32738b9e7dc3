import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
