// The packages as users get them: the packed tarballs, installed by npm into a project outside this workspace.
import { execFile } from 'node:child_process'
import { cp, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pack } from '../../tools/scripts/pack.mjs'
import { nodeBinary, nodeReleases, root } from '../../tools/scripts/suites.mjs'

let folder: string
let project: string
/** The packages in the project before ours were installed, with those that verify, and with all. */
let before: string[]
let after: string[]
let withIssuing: string[]

const verifying = ['core', 'express', 'koa']
const stores = ['store-postgres', 'store-redis', 'store-sqlite', 'stores']
const issuing = ['cli', 'client', 'issuer', 'sessions', ...stores, 'testing']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-packaging-'))
  project = join(folder, 'project')
  await cp(join(root, 'test/packaging/consumers'), project, { recursive: true })
  // the same sources, once as an ES module and once as CommonJS
  for (const name of ['app', 'issuing', 'koa'])
    await copyFile(join(project, `${name}.ts`), join(project, `${name}.cts`))
  const tarballs = join(folder, 'tarballs')
  await mkdir(tarballs)

  // has content-disposition at the release of Koa: that of Express has types of its own, which @types/koa does not fit
  await npm('ci')
  before = await installed()
  // the version of jose that we tested, whatever has been published since
  const jose = JSON.parse(await readFile(join(root, 'packages/core/node_modules/jose/package.json'), 'utf8'))
  await npm('pkg', 'set', `overrides.jose=${jose.version}`)
  const packed = pack(tarballs, [...verifying, ...issuing])
  const install = async (names: readonly string[]) =>
    npm(
      'install',
      '--no-package-lock',
      ...names.map((name) => packed.find((path) => path.includes(`-${name}-0`))!),
    )
  await install(verifying)
  after = await installed()
  await install(issuing)
  withIssuing = await installed()
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

it('adds core, the adapters and jose to a project that has its frameworks', () => {
  const added = after.filter((name) => !before.includes(name))
  expect(added).toEqual(['@countersign/core', '@countersign/express', '@countersign/koa', 'jose'])
})

it('adds nothing but ours where sessions are wanted too', () => {
  const added = withIssuing.filter((name) => !after.includes(name))
  expect(added).toEqual(issuing.map((name) => `@countersign/${name}`))
})

describe.each(nodeReleases)('on Node %s', (release) => {
  it.each([
    ['ES module', 'app.mjs', 'express'],
    ['ES module', 'app.mjs', 'express4'],
    ['ES module', 'koa.mjs', 'koa'],
    ['ES module', 'koa.mjs', 'koa2'],
    ['CommonJS module', 'app.cjs', 'express'],
    ['CommonJS module', 'app.cjs', 'express4'],
    ['CommonJS module', 'koa.cjs', 'koa'],
    ['CommonJS module', 'koa.cjs', 'koa2'],
  ])('an %s (%s) protects its API with %s', async (_kind, file, framework) => {
    expect(await inProject(nodeBinary(release), [file], { FRAMEWORK: framework })).toMatch(`Node ${release}.`)
  })

  it.each(['issuing.mjs', 'issuing.cjs'])(
    '%s signs in, renews, signs out, and tests itself',
    async (file) => {
      expect(await inProject(nodeBinary(release), [file])).toMatch(`Node ${release}.`)
    },
  )

  it('the command runs', async () => {
    const countersign = async (...args: string[]) =>
      inProject(nodeBinary(release), ['node_modules/@countersign/cli/dist/main.js', ...args])
    const keys = `./keys-${release}`
    const ring = ['--issuer', 'https://auth.test', '--store', `file:${keys}`, '--unencrypted']
    await countersign('keys', 'generate', ...ring)
    expect(JSON.parse(await countersign('keys', 'list', ...ring, '--json'))).toMatchObject([
      { state: 'active' },
    ])
  })
})

it('npx finds the command', async () => {
  expect(await inProject('npx', ['--no-install', 'countersign', '--help'])).toMatch('countersign keys')
})

it('the command uses the stores of the project', async () => {
  const init = ['--no-install', 'countersign', 'store', 'init', '--store', 'sqlite:./app.db', '--json']
  expect(await inProject('npx', init)).toMatch('"ready": true')
})

it.each(['app.cjs', 'issuing.cjs', 'koa.cjs'])(
  'the CommonJS build works where ES modules cannot be required: %s',
  async (file) => {
    const answer = await inProject(nodeBinary('20'), ['--no-experimental-require-module', file])
    expect(answer).toMatch('ok: CommonJS')
  },
)

it.each(['20', '24'])("works under Jest's default set-up, on Node %s", async (release) => {
  const jest = ['node_modules/jest/bin/jest.js', '--ci']
  expect(await inProject(nodeBinary(release), jest)).toMatch(/Tests: +4 passed/)
})

const bothKinds = ['app.ts', 'app.cts', 'issuing.ts', 'issuing.cts', 'koa.ts', 'koa.cts']
const resolutions: [resolution: string, files: string[], options: string[]][] = [
  ['node16', bothKinds, ['--module', 'node16', '--moduleResolution', 'node16']],
  ['nodenext', bothKinds, ['--module', 'nodenext', '--moduleResolution', 'nodenext']],
  ['bundler', ['app.ts', 'issuing.ts', 'koa.ts'], ['--module', 'esnext', '--moduleResolution', 'bundler']],
]

const withNode10: typeof resolutions = [
  ...resolutions,
  // the default of the many projects whose tsconfig says `module: commonjs`
  [
    'node10',
    ['app.cts', 'issuing.cts', 'koa.cts'],
    ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop'],
  ],
]

describe.each([
  ['TypeScript 7', 'node_modules/typescript/bin/tsc', resolutions],
  ['TypeScript 5.9', 'node_modules/typescript5/bin/tsc', withNode10],
  ['the oldest TypeScript', 'node_modules/typescript-oldest/bin/tsc', withNode10],
] satisfies [string, string, typeof resolutions][])('the types under %s', (_name, tsc, rows) => {
  it.each(rows)('check with module resolution %s', async (_resolution, files, options) => {
    // our declarations are checked too: no skipLibCheck
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2023', '--types', 'node']
    expect(await inProject(process.execPath, [tsc, ...strict, ...options, ...files])).toBe('')
  })
})

/** Runs a program in the project; answers what it wrote. The error of one that failed says what it wrote. */
async function inProject(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: project, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`))
      else resolve(stdout + stderr)
    })
  })
}

async function npm(...args: string[]): Promise<void> {
  await inProject('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'])
}

/** The names of the packages at the top of node_modules, where npm puts everything that does not clash. */
async function installed(): Promise<string[]> {
  const names: string[] = []
  for (const name of await readdir(join(project, 'node_modules'))) {
    if (name.startsWith('.')) continue
    if (!name.startsWith('@')) names.push(name)
    else
      for (const scoped of await readdir(join(project, 'node_modules', name))) names.push(`${name}/${scoped}`)
  }
  return names.toSorted()
}
