// A process of its own with a store: says when it is connected, waits for its job, and says what came of it.
import type { RotateInput, RotateResult } from '@countersign/stores'
import { postgresStore } from '@countersign/store-postgres'
import { Pool } from 'pg'

export type Job = { readonly init: true } | { readonly rotate: RotateInput; readonly times: number }
export type Report = { readonly ready: true } | { readonly results: readonly RotateResult[] }

const [, , connectionString = '', schema = ''] = process.argv
const pool = new Pool({ connectionString, max: 4 })
const store = postgresStore(pool, { schema })

process.once('message', (job: Job) => {
  void run(job).then((results) => process.send?.({ results } satisfies Report))
})
// connected, and told the time, which is what a store asks first; one that is yet to be set up cannot tell it
await store.now().catch(async () => pool.query('SELECT 1'))
process.send?.({ ready: true } satisfies Report)

async function run(job: Job): Promise<readonly RotateResult[]> {
  if ('rotate' in job)
    return Promise.all(Array.from({ length: job.times }, async () => store.rotate(job.rotate)))
  await store.init()
  return []
}
