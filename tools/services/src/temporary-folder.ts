import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { neverLeaveBehind } from './left-behind.ts'

export interface TemporaryFolder {
  readonly path: string
  remove(): void
}

/** Makes an empty folder, by default where the system keeps temporary files. It does not outlive this process. */
export function temporaryFolder(prefix: string, parent: string = tmpdir()): TemporaryFolder {
  const path = mkdtempSync(join(parent, prefix))
  const settle = neverLeaveBehind({ folder: path })
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true })
      settle()
    },
  }
}
