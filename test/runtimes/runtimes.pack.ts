// Core's web engine, and the adapter for Hono, where they are meant to run: the packed tarballs on Bun, Deno and workerd, and on Node by condition.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { pack } from '../../tools/scripts/pack.mjs'
import { root } from '../../tools/scripts/suites.mjs'

let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'countersign-runtimes-'))
  await cp(join(root, 'test/runtimes'), project, { recursive: true })
  const tarballs = join(project, 'tarballs')
  await mkdir(tarballs)
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  // the versions that we tested, whatever has been published since
  const tested = await Promise.all([testedVersion('core', 'jose'), testedVersion('hono', 'hono')])
  await run('npm', ['install', '--no-package-lock', ...tested, ...pack(tarballs, ['core', 'hono'])])
})

afterAll(async () => {
  await rm(project, { recursive: true, force: true })
})

it('runs on Bun', async () => {
  expect(
    await run(binary({ x64: '@oven/bun-linux-x64', arm64: '@oven/bun-linux-aarch64' }, 'bin/bun'), [
      'main.mjs',
    ]),
  ).toBe('ok')
})

it('runs on Deno', async () => {
  const deno = binary({ x64: '@deno/linux-x64-glibc', arm64: '@deno/linux-arm64-glibc' }, 'deno')
  expect(await run(deno, ['run', '--allow-env', '--node-modules-dir=manual', 'main.mjs'])).toBe('ok')
})

it('runs on Node where the condition of an edge runtime is set', async () => {
  expect(await run(process.execPath, ['--conditions=edge-light', 'main.mjs'])).toBe('ok')
})

it('runs on workerd, bundled, without any module of Node', async () => {
  await build({
    root: project,
    logLevel: 'silent',
    resolve: { conditions: ['workerd'] },
    build: {
      lib: { entry: 'worker.mjs', formats: ['es'], fileName: () => 'bundle.mjs' },
      outDir: '.',
      emptyOutDir: false,
      // one file, as bundlers for workers write it
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })
  const bundle = await readFile(join(project, 'bundle.mjs'), 'utf8')
  expect(/^import\b/m.test(bundle)).toBe(false)
  const workerd = binary(
    { x64: '@cloudflare/workerd-linux-64', arm64: '@cloudflare/workerd-linux-arm64' },
    'bin/workerd',
  )
  await run(workerd, ['test', 'worker.capnp'])
})

/** The version of a dependency that one of our packages is tested with. */
async function testedVersion(name: string, dependency: string): Promise<string> {
  const path = join(root, 'packages', name, 'node_modules', dependency, 'package.json')
  const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string }
  return `${dependency}@${version}`
}

/** A runtime from npm. A missing one is an error: a matrix with holes proves nothing. */
function binary(names: { readonly x64: string; readonly arm64: string }, file: string): string {
  const name = names[process.arch as 'x64' | 'arm64']
  const path = join(root, 'tools/runtimes/node_modules', name, file)
  if (!existsSync(path))
    throw new Error(`tools/runtimes has no ${name} for ${process.platform} ${process.arch}`)
  return path
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd: project, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout.trim())
        else reject(new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error }))
      },
    )
  })
}
