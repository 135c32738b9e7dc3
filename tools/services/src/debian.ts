// Programs of Debian and its like, unpacked into .tools: it needs no root and changes nothing of the system.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from './child-process.ts'
import { onPath } from './executables.ts'
import { temporaryFolder } from './temporary-folder.ts'

const tools = fileURLToPath(new URL('../../../.tools', import.meta.url))

/** What is being unpacked by this process, by name: who asks meanwhile waits for the same. */
const unpacking = new Map<string, Promise<void>>()

export interface Unpacked {
  /** The folder that stands for `/`. */
  readonly root: string
  /** What the programs in it need in their environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Whether this machine has what `unpackDebian` needs. */
export function hasDebianPackages(): boolean {
  return onPath('apt-get') !== undefined && onPath('dpkg') !== undefined
}

/**
 * Unpacks a package and those of its dependencies that the system lacks, and `also` those named there. Once done, it is there
 * for every later run. Throws when a package cannot be had.
 */
export async function unpackDebian(name: string, also: readonly string[] = []): Promise<Unpacked> {
  const root = join(tools, name)
  if (!existsSync(root)) {
    const running = unpacking.get(name) ?? download(name, also, root).finally(() => unpacking.delete(name))
    unpacking.set(name, running)
    await running
  }
  return { root, env: { LD_LIBRARY_PATH: libraries(root).join(':') } }
}

async function download(name: string, also: readonly string[], target: string): Promise<void> {
  mkdirSync(tools, { recursive: true })
  const work = temporaryFolder(`${name}-`, tools)
  const at = (...path: string[]) => join(work.path, ...path)
  for (const path of ['lists/partial', 'cache/archives/partial', 'packages', 'root'])
    mkdirSync(at(path), { recursive: true })
  // lists of our own, since those of the system are out of date, or empty, or for root alone
  const options = [`Dir::State::lists=${at('lists')}`, `Dir::Cache=${at('cache')}`, 'APT::Sandbox::User=']
  const run = async (command: string, ...args: string[]) =>
    runProgram({ name: command, command, args, cwd: at('packages') })
  const apt = async (...args: string[]) =>
    run('apt-get', ...options.flatMap((option) => ['-o', option]), '-qq', ...args)
  try {
    await apt('update')
    const plan = await apt('--simulate', '--no-install-recommends', '--reinstall', 'install', name)
    const missing = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, dependency = '']) => dependency)
    await apt('download', ...new Set([name, ...also, ...missing]))
    for (const file of readdirSync(at('packages'))) await run('dpkg', '-x', file, at('root'))
    moveUnlessThere(at('root'), target)
  } finally {
    work.remove()
  }
}

/** In one step, so that nobody sees half of it. Who comes second leaves what the first has put there. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
    rmSync(from, { recursive: true })
  }
}

/** The folders of shared libraries: Debian names them after the processor. */
function libraries(root: string): string[] {
  return ['usr/lib', 'lib'].flatMap((folder) => {
    const entries = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []
    return entries
      .filter((entry) => entry.endsWith('-linux-gnu'))
      .flatMap((entry) => [join(root, folder, entry), join(root, folder, entry, 'pulseaudio')])
  })
}
