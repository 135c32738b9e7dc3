import { join } from 'node:path'
import { hasDebianPackages, unpackDebian } from './debian.ts'
import { installed, type Executable } from './executables.ts'
import { freePort } from './ports.ts'
import { redisCommand } from './redis-command.ts'
import { startServer, type Server } from './server.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface RedisOptions {
  /** Default: a free one. */
  port?: number | undefined
  /** Where it keeps its data; it must exist, and stays when the server is stopped. Default: a new one, removed at `stop`. */
  dir?: string | undefined
  /** Whether every write goes to the append-only file, so that data outlives `restart` and `kill`. Default: `false`. */
  appendonly?: boolean | undefined
}

export interface RedisServer extends Server {
  /** `redis://127.0.0.1:` and the port. */
  readonly url: string
  readonly port: number
}

/** Starts Redis, or Valkey, on 127.0.0.1. Resolves when it answers. The caller stops it. */
export async function startRedis({ port, dir, appendonly = false }: RedisOptions = {}): Promise<RedisServer> {
  return startRedisWith({ port, dir, settings: ['--appendonly', appendonly ? 'yes' : 'no'] })
}

/** The same with other settings, as they stand on the command line. */
export async function startRedisWith(options: {
  port?: number | undefined
  dir?: string | undefined
  settings: readonly string[]
}): Promise<RedisServer> {
  const { path, env } = await findRedis()
  const port = options.port ?? (await freePort())
  const own = options.dir === undefined ? temporaryFolder('countersign-redis-') : undefined
  const dir = options.dir ?? own?.path ?? '.'
  const fixed = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir, '--save', '']
  const server = await startServer({
    name: 'Redis',
    command: path,
    args: [...fixed, ...options.settings],
    cwd: dir,
    env,
    stopSignal: 'SIGTERM',
    async isUp({ pid }) {
      // not another one, which had the port already
      const info = await redisCommand(port, 'INFO server')
      return info.includes(`process_id:${pid}\r\n`) && (await redisCommand(port, 'PING')).startsWith('+PONG')
    },
    clear: () => own?.remove(),
  })
  return Object.assign(server, { url: `redis://127.0.0.1:${port}`, port })
}

const remedy = 'Install Redis or Valkey, or set REDIS_SERVER to the path of redis-server or valkey-server.'

async function findRedis(): Promise<Executable> {
  const path = process.env['REDIS_SERVER'] || installed('valkey-server', 'redis-server')
  if (path) return { path, env: {} }
  if (!hasDebianPackages()) throw new Error(`Redis is not installed. ${remedy}`)
  const { root, env } = await unpackDebian('redis-server', ['redis-tools', 'libjemalloc2', 'liblzf1']).catch(
    (cause: unknown) => {
      throw new Error(`Redis could not be unpacked from the packages of this system. ${remedy}`, { cause })
    },
  )
  return { path: join(root, 'usr/bin/redis-server'), env }
}
