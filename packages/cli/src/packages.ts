import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CommandError, EXIT } from './exit.ts'

/**
 * Loads one of our packages that need not be installed: the one that lies beside this package, else that of the
 * project in which the command runs.
 * @throws `CommandError` that says what to install
 */
export async function fromOurs<Module>(
  name: string,
  cwd: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    return fromProject(name, cwd) as Module
  }
}

/**
 * Loads a package from the project in which the command runs: drivers are the application's, in its version.
 * @throws `CommandError` that says what to install
 */
export function fromProject(name: string, cwd: string): unknown {
  try {
    // The file need not exist: its directory is where the search begins.
    return createRequire(join(cwd, 'countersign.js'))(name)
  } catch (error) {
    if (!isMissing(error, name)) throw error
    throw new CommandError(
      EXIT.unavailable,
      `this store needs the package ${name}, which is not installed here: npm install ${name}`,
    )
  }
}

/** Whether the package itself is missing, and not one that it needs. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const isNotFound = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND'
  return isNotFound && error.message.includes(`'${name}'`)
}
