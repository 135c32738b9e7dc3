import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atExit } from './exit.ts'

export interface TemporaryFolder {
  readonly path: string
  remove(): void
}

/** Makes an empty folder, by default where the system keeps temporary files. It does not outlive this process. */
export function temporaryFolder(prefix: string, parent: string = tmpdir()): TemporaryFolder {
  const path = mkdtempSync(join(parent, prefix))
  const remove = () => {
    // a server that is just ending may still write
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  }
  const forget = atExit(remove)
  return {
    path,
    remove() {
      forget()
      remove()
    },
  }
}
