import * as fc from 'fast-check'

// The same cases at every run. FC_SEED looks for others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_261_122), numRuns: 400 })

export { fc }
