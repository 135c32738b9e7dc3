import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program, and what must be added to the environment for it to run. */
export interface Executable {
  readonly path: string
  readonly env: Readonly<Record<string, string>>
}

/** Where the PATH leads for the first of these names that it knows. */
export function onPath(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** The same, unless SERVICES_IGNORE_SYSTEM is set: then the run is like one on a machine that has nothing installed. */
export function installed(...names: string[]): string | undefined {
  return process.env['SERVICES_IGNORE_SYSTEM'] ? undefined : onPath(...names)
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
