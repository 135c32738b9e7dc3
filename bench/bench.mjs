// `pnpm bench [--quick] [--node 20] [filter …]`: see README.md.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeBinary } from '../tools/scripts/suites.mjs'
import { printDrift } from './lib/drift.mjs'
import { describeMachine, readVersions } from './lib/machine.mjs'
import { isPinned } from './lib/processes.mjs'
import { readFigures, writeFigures } from './lib/figures.mjs'
import { writeReport } from './lib/report.mjs'
import { sections } from './sections/index.mjs'

const bench = fileURLToPath(new URL('.', import.meta.url))
const root = join(bench, '..')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    node: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
})

/** A word that names a section selects it. Any other word selects contenders and servers by their file's name. */
const names = sections.map(({ name }) => name)
const chosen = names.filter((name) => positionals.includes(name))
const words = positionals.filter((word) => !names.includes(word))
/** A quick run measures only Countersign: the peers do not change between two of our commits. */
const QUICK = ['countersign', 'raw', 'fast-jwt', 'bare']
const matching = words.length === 0 && values.quick ? QUICK : words
const includes = (file) => matching.length === 0 || matching.some((word) => file.includes(word))

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}

/** Installs the peers from their lock file. */
function installPeers() {
  const mark = join(bench, 'node_modules/.package-lock.json')
  const wanted = readFileSync(join(bench, 'package-lock.json'), 'utf8')
  const stamp = join(bench, 'node_modules/.countersign-installed')
  if (existsSync(mark) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], bench)
  writeFileSync(stamp, wanted)
}

const PACKAGES = [
  'core',
  'issuer',
  'sessions',
  'stores',
  'store-sqlite',
  'store-postgres',
  'store-redis',
  'express',
  'koa',
  'nest',
  'fastify',
  'hono',
]

/** Copies what users install: each package's manifest and dist, next to the peers, so that they share the frameworks. */
function placePackages() {
  for (const name of PACKAGES) {
    const from = join(root, 'packages', name)
    const to = join(bench, 'node_modules/@countersign', name)
    rmSync(to, { recursive: true, force: true })
    mkdirSync(to, { recursive: true })
    cpSync(join(from, 'package.json'), join(to, 'package.json'))
    cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
  }
}

const node = values.node === undefined ? process.execPath : nodeBinary(values.node)
installPeers()
if (!values['no-build']) run('node_modules/.bin/tsdown', ['--logLevel', 'error'], root)
placePackages()

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const machine = describeMachine(node)
const versions = readVersions(new URL('.', import.meta.url))
console.log(
  `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, load ${machine.load.join(' ')}${values.quick ? ', quick' : ''}`,
)
const results = {}
for (const section of sections) {
  if (chosen.length > 0 && !chosen.includes(section.name)) continue
  const started = performance.now()
  console.log(`\n## ${section.name}`)
  const found = await section.measure({ node, folder, quick: values.quick, includes, log: console.log })
  if (found === undefined) continue
  results[section.name] = { machine: describeMachine(node), versions, pinned: isPinned(), ...found }
  console.log(section.toText(results[section.name]))
  console.log(`(${((performance.now() - started) / 1000).toFixed(0)} s)`)
}

const [release] = machine.node.split('.')
const before = readFigures(root, release)
printDrift(before, results, sections, console.log)
if (values.quick || words.length > 0)
  console.log('\nNothing was written: only whole sections, measured in full, are.')
else {
  const measured = { ...before, ...results }
  writeFigures(
    root,
    release,
    Object.fromEntries(names.flatMap((name) => (measured[name] ? [[name, measured[name]]] : []))),
  )
  writeReport(root)
  console.log('\ndocs/benchmarks.md is written.')
}
process.exit(0)
