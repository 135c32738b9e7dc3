// `npm run soak`: mutation tests of core, in a copy of the sources, since the mutants are written into them. Takes many
// minutes; outside CI. The report goes to reports/mutation.json, the figures by hand to docs/mutation.md. Arguments are
// handed on to Stryker, such as `--mutate packages/core/src/claims/dates.ts`.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './suites.mjs'

const tool = join(root, 'tools/mutation')
const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: tool,
  stdio: 'inherit',
})
if (installed.status !== 0) process.exit(1)

const copy = mkdtempSync(join(tmpdir(), 'countersign-mutation-'))
let status = 1
try {
  const copied = [
    'packages/core',
    'tools/forge',
    'tools/mutation',
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ]
  for (const path of copied) {
    cpSync(join(root, path), join(copy, path), {
      recursive: true,
      filter: (source) => !/[\\/](?:node_modules|dist)$/.test(source),
    })
  }
  symlinkSync(join(tool, 'node_modules'), join(copy, 'node_modules'))
  const stryker = join(tool, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const args = [stryker, 'run', 'tools/mutation/stryker.json', ...process.argv.slice(2)]
  status = spawnSync(process.execPath, args, { cwd: copy, stdio: 'inherit' }).status ?? 1
  mkdirSync(join(root, 'reports'), { recursive: true })
  // none where the tests failed before anything was mutated
  const report = join(copy, 'reports/mutation.json')
  if (existsSync(report)) copyFileSync(report, join(root, 'reports/mutation.json'))
} finally {
  rmSync(copy, { recursive: true, force: true })
}
process.exit(status)
