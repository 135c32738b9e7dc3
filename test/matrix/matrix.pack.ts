// Starters as users have them, each release of Nest with its own lockfile, the packed tarballs installed into them: their
// types are checked, they are built, their own tests run, and what was built answers on every platform and transport.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pack } from '../../tools/scripts/pack.mjs'
import { root } from '../../tools/scripts/suites.mjs'

const here = join(root, 'test/matrix')
/** What every starter installs, besides its adapter. */
const common = ['core', 'issuer', 'sessions', 'stores']
let folder: string
let tarballs: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-matrix-'))
  const target = join(folder, 'tarballs')
  await mkdir(target)
  tarballs = pack(target, [...common, 'express', 'koa', 'nest', 'fastify', 'hono'])
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** A copy of a starter with its dependencies, and ours, installed. */
async function install(name: string, ...packages: string[]): Promise<string> {
  const project = join(folder, name)
  await cp(join(here, name), project, { recursive: true })
  const npm = (...args: string[]) => run(project, 'npm', [...args, '--loglevel=error'])
  // the version of jose that we tested, whatever has been published since
  const jose = JSON.parse(await readFile(join(root, 'packages/core/node_modules/jose/package.json'), 'utf8'))
  await npm('pkg', 'set', `overrides.jose=${jose.version}`)
  const ours = [...common, ...packages].map((short) => tarballs.find((path) => path.includes(`-${short}-0`))!)
  // Not `npm ci`, which fails where a registry lacks an optional package for some other platform (Jest 30 has many).
  // All else is as the lockfile says.
  await npm('install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...ours)
  return project
}

/** Runs a program in a folder; answers what it wrote. The error of one that failed says what it wrote. */
function run(cwd: string, program: string, args: string[]): Promise<string> {
  // without what vitest sets, which would tell Jest and a vitest in there that they are inside of it
  const { NODE_ENV: _nodeEnv, VITEST: _vitest, FORCE_COLOR: _color, ...env } = process.env
  const PATH = `${dirname(process.execPath)}${delimiter}${env['PATH']}`
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env: { ...env, PATH, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`))
      else resolve(stdout + stderr)
    })
  })
}

/** What the oldest TypeScript says of our declarations. Those of frameworks may ask for a newer one. */
async function complaintsOfOldest(project: string, tsconfig: string): Promise<string[]> {
  const tsc = 'node_modules/typescript-oldest/bin/tsc'
  const args = [tsc, '--noEmit', '--skipLibCheck', 'false', '--listFiles', '-p', tsconfig]
  const output = await run(project, process.execPath, args).catch((error: Error) => error.message)
  // so that no mistake in the configuration passes for silence
  expect(output).toMatch(/@countersign\/core\/dist\/.+\.d\.c?ts$/m)
  return output.split('\n').filter((line) => /@countersign\/.+ error TS/.test(line))
}

const importsOf = {
  nest10: (text: string) =>
    text
      .replace("import request from 'supertest'", "import * as request from 'supertest'")
      .replace("import assert from 'node:assert'", "import * as assert from 'node:assert'"),
  nest11: (text: string) => text,
  // ES modules name the file
  nest12: (text: string) => text.replaceAll(/from '(\.[^']+)'/g, "from '$1.js'"),
}

/** The sources that all starters of Nest share, in the way of writing imports that each one has. */
async function shareSources(project: string, name: keyof typeof importsOf): Promise<void> {
  await cp(join(here, 'nest'), project, { recursive: true })
  for (const file of globSync('{src,test}/*.ts', { cwd: project })) {
    const text = await readFile(join(project, file), 'utf8')
    await writeFile(join(project, file), importsOf[name](text))
  }
}

const checks = ['Express', 'Fastify']
  .flatMap((platform) =>
    ['HTTP', 'sessions', 'ws', 'Socket.IO'].map((transport) => `${platform}: ${transport}`),
  )
  .concat('TCP')

describe.each([['nest10'], ['nest11'], ['nest12']] as const)('the starter of %s', (name) => {
  let project: string
  let output = ''
  const tsc = (...args: string[]) =>
    run(project, process.execPath, ['node_modules/typescript/bin/tsc', ...args])

  beforeAll(async () => {
    project = await install(name, 'nest')
    await shareSources(project, name)
  })

  it('has types that fit', async () => {
    expect(await tsc('--noEmit', '-p', 'tsconfig.json')).toBe('')
  })

  it('passes its own tests', async () => {
    expect(await run(project, 'npm', ['test'])).toMatch(/Tests:? +6 passed/)
  })

  it('builds, and runs', async () => {
    expect(await tsc('-p', 'tsconfig.build.json')).toBe('')
    output = await run(project, process.execPath, ['dist/exercise.js'])
  })

  it.each(checks)('answers over %s', (check) => {
    expect(output.split('\n')).toContain(`passed ${check}`)
  })
})

// all starters have the same declarations for Nest, and this one has the compiler
it('the starter of nest10 has our declarations in a form that the oldest TypeScript reads', async () => {
  expect(await complaintsOfOldest(join(folder, 'nest10'), 'tsconfig.json')).toEqual([])
})

describe('a plain project', () => {
  let project: string

  beforeAll(async () => {
    project = await install('plain', 'express', 'koa', 'fastify', 'hono')
    // the application is one, and so is its test; what differs is the project around them
    for (const to of ['express-cjs', 'koa-esm', 'fastify-esm', 'hono-esm']) {
      await cp(join(project, 'express-esm/src'), join(project, to, 'src'), { recursive: true, force: false })
    }
    for (const to of ['express-cjs', 'express-esm', 'koa-esm', 'fastify-esm', 'hono-esm']) {
      for (const shared of ['provider', 'sessions']) {
        await cp(join(here, `nest/src/${shared}.ts`), join(project, to, `src/${shared}.ts`))
      }
    }
  })

  it.each([
    ['Express in CommonJS', 'express-cjs'],
    ['Express in ES modules', 'express-esm'],
    ['Koa in ES modules', 'koa-esm'],
    ['Fastify in ES modules', 'fastify-esm'],
    ['Hono in ES modules', 'hono-esm'],
  ])('of %s has types that fit, builds, and passes its own tests', async (_kind, name) => {
    const node = (...args: string[]) => run(project, process.execPath, args)
    expect(await node('node_modules/typescript/bin/tsc', '-p', name)).toBe('')
    expect(await node('--test', join(name, 'dist/app.test.js'))).toMatch(/pass 4/)
  })

  it.each(['koa-esm', 'fastify-esm', 'hono-esm'])(
    '%s has our declarations in a form that the oldest TypeScript reads',
    async (name) => {
      expect(await complaintsOfOldest(project, name)).toEqual([])
    },
  )
})
