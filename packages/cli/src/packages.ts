import { createRequire } from 'node:module'
import { join } from 'node:path'
import { CommandError, EXIT } from './exit.ts'

/**
 * Loads one of our optional packages: the one that is installed with this package, else that of the project in which the
 * command runs.
 * @throws `CommandError` that names the package to install
 */
export async function importOwnPackage<Module>(
  name: string,
  cwd: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error, name)) throw error
    return requireFromProject(name, cwd) as Module
  }
}

/**
 * Loads a package from the project in which the command runs. So drivers have the version that the application uses.
 * @throws `CommandError` that names the package to install
 */
export function requireFromProject(name: string, cwd: string): unknown {
  try {
    // The file need not exist: the search begins in its directory.
    return createRequire(join(cwd, 'countersign.js'))(name)
  } catch (error) {
    if (!isMissing(error, name)) throw error
    throw new CommandError(
      EXIT.unavailable,
      `this store needs the package ${name}, which is not installed here: npm install ${name}`,
    )
  }
}

/** Whether the package itself is missing, and not one of its dependencies. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const isNotFound = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND'
  return isNotFound && error.message.includes(`'${name}'`)
}
