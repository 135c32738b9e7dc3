// `npm run demo`: installs what the demo needs, and starts it. Runs on whatever Node there is (20.19 or newer); the demo
// itself runs on the workspace's Node, straight from the TypeScript sources.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
// pnpm always installs the root too: without --prod, that is every tool of the workspace. Where they are installed
// already, --prod would take them away again.
const scope = existsSync(join(root, 'node_modules/vitest'))
  ? []
  : ['--prod', '--filter', '@countersign/demo...']
run('npx', ['-y', packageManager, 'install', '--frozen-lockfile', '--trust-lockfile', ...scope])
run('npm', ['--silent', '--prefix', 'examples/demo', 'start', '--', ...process.argv.slice(2)])
