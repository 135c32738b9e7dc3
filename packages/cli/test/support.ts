import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach } from 'vitest'
import { dispatch } from '../src/dispatch.ts'
import type { Io } from '../src/io.ts'

export const ISSUER = 'https://auth.example.com'
export const AUDIENCE = 'https://api.example.com'
export const PASSPHRASE = 'correct horse battery staple'
export const SECRET = 'a secret of this test, and of nothing else at all'
export const START = Date.UTC(2026, 0, 1)
export const HOUR = 3_600_000

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export type World = Partial<Omit<Io, 'stdin'>> & { readonly stdin?: string | undefined }

/** Runs a command in this process. */
export async function run(args: readonly string[], world: World = {}): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const { stdin = '', ...rest } = world
  const code = await dispatch(args, {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    stdin: (async function* () {
      yield stdin
    })(),
    env: {},
    cwd: folder.path,
    now: () => START,
    isTTY: { stdin: false, stdout: false },
    ...rest,
  })
  return { code, stdout: out.join(''), stderr: err.join('') }
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Runs the command in a process of its own. */
export function spawnCommand(
  args: readonly string[],
  { env = {}, cwd = folder.path, stdin = '' }: Pick<World, 'env' | 'cwd' | 'stdin'> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--conditions=@countersign/source', main, ...args],
      { cwd, env: { PATH: process.env['PATH'], ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
    child.stdin?.end(stdin)
  })
}

/** A folder for each test, in which commands run. */
export const folder = { path: '' }

export function eachTestHasAFolder(): void {
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  })
  afterEach(() => rmSync(folder.path, { recursive: true, force: true }))
}

/** Arguments that name an unencrypted ring of files. */
export const RING = ['--issuer', ISSUER, '--store', 'file:./keys', '--unencrypted']

/** All that is in a directory, file by file. */
export function contentOf(directory: string): readonly (readonly [string, string])[] {
  const path = join(folder.path, directory)
  return readdirSync(path)
    .toSorted()
    .map((name) => [name, readFileSync(join(path, name), 'utf8')])
}

export interface Key {
  readonly kid: string
  readonly algorithm: string
  readonly state: string
  readonly activeFrom: string
}

export async function keysOf(ring: readonly string[] = RING, world: World = {}): Promise<readonly Key[]> {
  const { stdout } = await run(['keys', 'list', ...ring, '--json'], world)
  return JSON.parse(stdout) as Key[]
}
