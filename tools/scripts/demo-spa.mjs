// `npm run demo:spa`: installs what the single-page application needs, builds it, and starts it. Runs on whatever Node
// there is (20.19 or newer); the application itself runs on the workspace's Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
// pnpm always installs the root too: without --prod, that is every tool of the workspace. Where they are installed
// already, --prod would take them away again.
const scope = existsSync(join(root, 'node_modules/vitest'))
  ? []
  : ['--prod', '--filter', '@countersign/example-spa...']
const install = ['-y', packageManager, 'install', '--frozen-lockfile', '--trust-lockfile', ...scope]
const { status } = spawnSync('npx', install, { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

const start = ['--silent', '--prefix', 'examples/spa', 'start', '--', ...process.argv.slice(2)]
const application = spawn('npm', start, { cwd: root, stdio: 'inherit' })
// Ctrl-C reaches the application as well, which ends in its own way.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => application.kill('SIGTERM'))
application.on('exit', (code) => process.exit(code ?? 0))
