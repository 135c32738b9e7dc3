// What the packages weigh: the tarball, what lies in it, and the code as a bundler ships it. Each number has a budget in
// tools/size-budgets.json, and raising one is a decision that a diff shows. `node tools/scripts/sizes.mjs` (after a
// build) prints the numbers; pack-check.mjs holds them.
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { pack } from './pack.mjs'
import { root } from './suites.mjs'

/** @typedef {{ [measure: string]: number }} Sizes by what is measured: bytes, or a count */

/**
 * The code of an entry, minified and compressed, in bytes.
 * @param {string} folder of the package, from the root
 * @param {{ conditions?: string[], withDependencies?: boolean }} options
 */
async function bundleSize(folder, { conditions = ['node'], withDependencies = false }) {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, folder),
    ssr: { noExternal: true, target: 'webworker', resolve: { conditions } },
    resolve: { conditions },
    build: {
      ssr: true,
      write: false,
      minify: true,
      target: 'es2023',
      rolldownOptions: {
        input: join(root, folder, entryOf(folder)),
        external: withDependencies ? /^node:/ : /^[a-z@]/,
      },
    },
  })
  if (!('output' in result)) throw new Error(`${folder}: no bundle`)
  const code = result.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n')
  return gzipSync(code, { level: 9 }).length
}

/**
 * What is loaded by who imports a package, or by who runs a command.
 * @param {string} folder
 * @returns {string}
 */
function entryOf(folder) {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  return exports['.']?.import.default ?? Object.values(bin)[0]
}

/**
 * What a tarball says of itself, and what its files take on a disk.
 * @param {string} tarball
 */
function readTarball(tarball) {
  const listing = execFileSync('tar', ['-tvzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  /** @type {{ name: string, dependencies?: Record<string, string> }} */
  const { name, dependencies = {} } = JSON.parse(manifest)
  const unpacked = listing.reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[2]), 0)
  return { name, dependencies: Object.keys(dependencies), tarball: statSync(tarball).size, unpacked }
}

/**
 * Everything that installing packages brings, peers aside: how many packages, and their bytes.
 * @param {ReturnType<typeof readTarball>[]} packed
 * @param {readonly string[]} names
 * @returns {{ packages: number, bytes: number }}
 */
function installSize(packed, names) {
  /** @type {Map<string, number>} */
  const seen = new Map()
  /** @param {string} name @param {string} from */
  const visit = (name, from) => {
    if (seen.has(name)) return
    const own = packed.find((one) => one.name === name)
    if (own !== undefined) {
      seen.set(name, own.unpacked)
      for (const dependency of own.dependencies) visit(dependency, join(root, 'packages', folderOf(name)))
      return
    }
    const folder = join(from, 'node_modules', name)
    const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((file) => file.isFile())
    seen.set(
      name,
      files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0),
    )
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    for (const dependency of Object.keys(dependencies)) visit(dependency, folder)
  }
  for (const name of names) visit(name, root)
  return { packages: seen.size, bytes: [...seen.values()].reduce((sum, bytes) => sum + bytes, 0) }
}

/** @param {string} name */
const folderOf = (name) => name.replace('@countersign/', '')

/**
 * All that is measured, by package; the last entries are the smallest applications: one that verifies tokens, and one that
 * has sessions.
 * @param {readonly string[]} tarballs
 */
export async function measure(tarballs) {
  const packed = tarballs.map(readTarball)
  /** @type {Map<string, Sizes>} */
  const sizes = new Map()
  for (const { name, tarball, unpacked } of packed) {
    const folder = `packages/${folderOf(name)}`
    sizes.set(name, { tarball, unpacked, minified: await bundleSize(folder, {}) })
  }
  const core = sizes.get('@countersign/core')
  if (core === undefined) throw new Error('no tarball of @countersign/core')
  core['minified, with jose, on workerd'] = await bundleSize('packages/core', {
    conditions: ['workerd'],
    withDependencies: true,
  })
  for (const names of [
    ['core', 'express'],
    ['sessions', 'store-sqlite', 'express'],
  ]) {
    const { packages, bytes } = installSize(
      packed,
      names.map((name) => `@countersign/${name}`),
    )
    sizes.set(`${names.join(' and ')}, installed`, { packages, unpacked: bytes })
  }
  return sizes
}

/**
 * Prints what was measured next to its budget; answers what is over its budget, or has none.
 * @param {Map<string, Sizes>} sizes
 * @returns {string[]}
 */
export function overBudget(sizes) {
  /** @type {Record<string, Sizes>} */
  const budgets = JSON.parse(readFileSync(join(root, 'tools/size-budgets.json'), 'utf8'))
  const wrong = []
  for (const [name, measures] of sizes) {
    for (const [what, size] of Object.entries(measures)) {
      const budget = budgets[name]?.[what]
      const line = `${name}, ${what}: ${size} of ${budget ?? 'no budget'}`
      console.log(`  ${line}`)
      if (budget === undefined || !(size <= budget)) wrong.push(line)
    }
  }
  for (const [name, budget] of Object.entries(budgets)) {
    for (const what of Object.keys(budget)) {
      if (sizes.get(name)?.[what] === undefined) wrong.push(`${name}, ${what}: a budget for nothing`)
    }
  }
  return wrong
}

/** Milliseconds to import core in a fresh process: the median of several. Reported, never judged. */
export function importTime() {
  const script = `const t = performance.now(); await import(${JSON.stringify(join(root, 'packages/core/dist/index.js'))}); console.log(performance.now() - t)`
  const times = Array.from({ length: 9 }, () =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })),
  ).toSorted((a, b) => a - b)
  return times[4] ?? Number.NaN
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sizes-'))
  try {
    const wrong = overBudget(await measure(pack(folder)))
    console.log(`  importing core: ${importTime().toFixed(1)} ms (${process.version}, not judged)`)
    for (const line of wrong) console.error(`over budget: ${line}`)
    process.exitCode = wrong.length > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
