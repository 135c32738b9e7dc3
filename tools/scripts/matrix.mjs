// `npm run test:matrix`: the unit tests on every other Node release, and the packed tarballs in a project of their own.
import { conclude, matrixSuites, runSteps, runSuite } from './suites.mjs'

/** @type {import('./suites.mjs').Step[]} */
const steps = matrixSuites.map((suite) => [suite, () => runSuite(suite)])
conclude('npm run test:matrix', matrixSuites, runSteps(steps))
