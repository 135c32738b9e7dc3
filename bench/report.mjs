// `node bench/report.mjs [folder]`: writes docs/benchmarks.md, its plots and the goals of docs/performance.md again, from the
// figures that are kept. Nothing is measured. With a folder, the pages go there, and test/docs compares them.
import { fileURLToPath } from 'node:url'
import { writeReport } from './lib/report.mjs'

writeReport(fileURLToPath(new URL('..', import.meta.url)), process.argv[2])
