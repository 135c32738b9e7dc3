// `npm run test:matrix`: the unit tests on every other Node release, the packed tarballs in a project of their own, and
// the ratios of the hot path, which want no other work beside them.
import { spawnSync } from 'node:child_process'
import { conclude, matrixSuites, root, runSteps, runSuite } from './suites.mjs'

/** @type {import('./suites.mjs').Step[]} */
const steps = matrixSuites.map((suite) => [suite, () => runSuite(suite)])
steps.push([
  'ratios',
  () =>
    spawnSync(process.execPath, ['--conditions=@countersign/source', 'tools/scripts/ratios.mjs'], {
      cwd: root,
      stdio: 'inherit',
    }).status === 0,
])
conclude('npm run test:matrix', matrixSuites, runSteps(steps))
