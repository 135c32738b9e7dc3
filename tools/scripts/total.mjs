// The last line of CI: all tests of all suites, alone on a line, from vitest's own reports.
import { matrixSuites, readReports, testSuites } from './suites.mjs'

const { passed, failed, skipped, broken, failures } = readReports([...testSuites, ...matrixSuites])
if (failures.length > 0) console.error(`\n${failures.join('\n\n')}\n`)
if (broken.length > 0) console.error(`broken: ${broken.join(', ')}`)
console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exit(broken.length || failed ? 1 : 0)
