// One suite: `node tools/scripts/test.mjs unit`, or `unit-node20`.
import { runSuite } from './suites.mjs'

process.exit(runSuite(process.argv[2] ?? 'unit') ? 0 : 1)
