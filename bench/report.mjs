// `node bench/report.mjs [folder]`: writes docs/benchmarks.md, its plots and the goals of docs/performance.md again, from the
// stored figures, without measuring. With a folder it writes the pages there; test/docs compares them.
import { fileURLToPath } from 'node:url'
import { writeReport } from './lib/report.mjs'

writeReport(fileURLToPath(new URL('..', import.meta.url)), process.argv[2])
