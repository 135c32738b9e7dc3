// `npm test`, once the dependencies are there: every check, then every suite.
import { spawnSync } from 'node:child_process'
import { conclude, root, runSteps, runSuite, testSuites } from './suites.mjs'

const [major] = process.versions.node.split('.')
if (Number(major) < 24) {
  // on Linux the optional dependencies node-linux-* bring it
  console.error(`The workspace's scripts need Node 24 or newer, and this is ${process.version}.`)
  process.exit(1)
}

/** @param {string} name */
const script = (name) => () =>
  spawnSync('npm', ['run', '--silent', name], { cwd: root, stdio: 'inherit' }).status === 0

/** @type {import('./suites.mjs').Step[]} */
const checks = ['typecheck', 'lint', 'unused', 'format:check', 'build', 'api:check', 'pack:check'].map(
  (name) => [name, script(name)],
)
/** @type {import('./suites.mjs').Step[]} */
const tests = testSuites.map((suite) => [`test:${suite}`, () => runSuite(suite)])
conclude('npm test', testSuites, runSteps([...checks, ...tests]))
