// Which test suites there are, how one is run, and what its report says. A suite is a vitest project on a Node release.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The releases the packages support; 24 is the one that runs the workspace's scripts. */
export const nodeReleases = ['20', '22', '24', '26']

/** The suites of `npm test`. */
export const testSuites = ['unit', 'types', 'conformance', 'integration']

/** The suites of `npm run test:matrix`. `npm test` has run the unit tests on Node 24. */
export const matrixSuites = [
  ...nodeReleases.filter((release) => release !== '24').map((release) => `unit-node${release}`),
  'web',
  'packaging',
  'matrix',
]

/**
 * The binary of a release. A missing one is an error: a matrix with holes proves nothing.
 * @param {string} release
 */
export function nodeBinary(release) {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath
  const name = `node${release}-${process.platform}-${process.arch}`
  const path = join(root, 'tools/nodes/node_modules', name, 'bin/node')
  if (!existsSync(path)) throw new Error(`No Node ${release}: tools/nodes has no ${name}`)
  return path
}

/**
 * Test files that run at once. Those of the integration suite mostly wait for servers. Packages have the machine alone.
 * @type {Readonly<Record<string, number>>}
 */
const workers = {
  unit: availableParallelism(),
  conformance: availableParallelism(),
  web: availableParallelism(),
  integration: availableParallelism() + 1,
}

/**
 * Runs a suite, such as `unit` or `unit-node20`; answers whether vitest was content. The report goes to
 * reports/<suite>.json.
 * @param {string} suite
 */
export function runSuite(suite) {
  const [project = '', release] = suite.split('-node')
  const report = `reports/${suite}.json`
  // a report of an earlier run must not speak for this one
  rmSync(join(root, report), { force: true })
  const { status } = spawnSync(
    release ? nodeBinary(release) : process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      `--project=${project}`,
      `--maxWorkers=${workers[project] ?? 1}`,
      // first, because the other one breaks on Node 20 where a test fails
      '--reporter=json',
      '--reporter=default',
      `--outputFile.json=${report}`,
    ],
    { cwd: root, stdio: 'inherit' },
  )
  return status === 0
}

/**
 * Adds up the reports of suites. A suite without a report, or whose report holds no passed test, is broken, whatever
 * vitest's exit code was. `failures` says of each failed test which it is and why: a log may be cut to its end.
 * @param {readonly string[]} suites
 */
export function readReports(suites) {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  /** @type {string[]} */
  const lines = []
  /** @type {string[]} */
  const failures = []
  /** @type {string[]} */
  const broken = []
  for (const suite of suites) {
    const path = join(root, `reports/${suite}.json`)
    if (!existsSync(path)) {
      broken.push(`${suite} (no report)`)
      continue
    }
    const report = JSON.parse(readFileSync(path, 'utf8'))
    const passed = report.numPassedTests
    const failed = report.numFailedTests
    const skipped = report.numPendingTests + report.numTodoTests
    sum.passed += passed
    sum.failed += failed
    sum.skipped += skipped
    lines.push(`${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
    failures.push(...failuresIn(suite, report))
    if (passed === 0) broken.push(`${suite} (ran no test)`)
    else if (!report.success) broken.push(suite)
  }
  return { ...sum, lines, failures, broken }
}

/**
 * @param {string} suite
 * @param {{ testResults: { name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} report
 */
function failuresIn(suite, report) {
  return report.testResults.flatMap((file) => {
    const name = `${suite}: ${relative(root, file.name)}`
    const failed = file.assertionResults.filter((test) => test.status === 'failed')
    // a file that cannot be loaded, or whose hook fails, has no failed test
    if (failed.length === 0 && file.status === 'failed') return [`${name}\n${file.message}`]
    return failed.map((test) => {
      const why = test.failureMessages.join('\n').split('\n')
      // the frames of the test runner say nothing
      const ours = why.filter((line) => !line.includes('/node_modules/')).slice(0, 30)
      return `${name} > ${test.fullName}\n${ours.join('\n')}`
    })
  })
}

/** @typedef {[name: string, run: () => boolean]} Step */

/**
 * Runs steps one after the other, all of them, so that one run shows everything that is wrong.
 * @param {readonly Step[]} steps
 */
export function runSteps(steps) {
  /** @type {string[]} */
  const broken = []
  /** @type {string[]} */
  const times = []
  for (const [name, run] of steps) {
    console.log(`\n##### ${name}`)
    const start = performance.now()
    let ok = false
    try {
      ok = run()
    } catch (error) {
      console.error(error)
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    times.push(`${seconds.padStart(7)} s  ${name}${ok ? '' : '  FAILED'}`)
    if (!ok) broken.push(name)
  }
  return { broken, times }
}

/**
 * Prints what the suites counted and what broke, and ends the process accordingly.
 * @param {string} name
 * @param {readonly string[]} suites
 * @param {ReturnType<typeof runSteps>} run
 */
export function conclude(name, suites, run) {
  const { lines, failures, broken, passed, failed } = readReports(suites)
  const wrong = [...new Set([...run.broken, ...broken])]
  if (failures.length > 0) console.error(`\n${failures.join('\n\n')}`)
  console.log(`\n${run.times.join('\n')}\n\n${lines.join('\n')}`)
  console.log(
    `${name}: ${passed} tests passed, ${failed} failed; ${wrong.length > 0 ? `broken: ${wrong.join(', ')}` : 'all well'}`,
  )
  process.exit(wrong.length > 0 || failed > 0 ? 1 : 0)
}
