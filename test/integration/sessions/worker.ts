// A process of its own with sessions on a store: says when it is connected, and then does what it is told.
import diagnostics from 'node:diagnostics_channel'
import { createSessions } from '@countersign/sessions'
import type { Store } from '@countersign/stores'
import { openBackend, type Backend } from './backends.ts'

export type Job =
  | { readonly do: 'refresh'; readonly token: string; readonly times: number }
  /** Refreshes, and is killed when the store has written and nobody was answered. */
  | { readonly do: 'refreshAndDie'; readonly token: string }
  | { readonly do: 'check'; readonly sid: string }

export interface Report {
  /** One for each refresh: its outcome or reason, and the refresh token where there is one. */
  readonly results: readonly (readonly [outcome: string, refreshToken?: string])[]
  /** Names of the events that were published meanwhile. */
  readonly events: readonly string[]
}

const [backend, options]: [Backend, { secrets: string[]; issuer: string }] = JSON.parse(process.argv[2] ?? '')
const { store } = await openBackend(backend)
const events: string[] = []
for (const name of ['reused', 'revoked', 'rotated', 'replayed', 'refused'])
  diagnostics.subscribe(`countersign:session:${name}`, () => void events.push(name))

process.on('message', (job: Job) => {
  void run(job).then((results) => process.send?.({ results, events: events.splice(0) } satisfies Report))
})
// a question that any store answers, so the connection is there
await store.checkSession('nobody', undefined)
process.send?.({ results: [], events: [] } satisfies Report)

async function run(job: Job): Promise<Report['results']> {
  switch (job.do) {
    case 'refresh':
      return Promise.all(Array.from({ length: job.times }, async () => refresh(store, job.token)))
    case 'refreshAndDie': {
      const dying: Store = {
        ...store,
        async rotate(input) {
          await store.rotate(input)
          process.kill(process.pid, 'SIGKILL')
          throw new Error('still alive')
        },
      }
      return [await refresh(dying, job.token)]
    }
    case 'check': {
      const verdict = createSessions({ ...options, store }).liveness()
      const revoked = await verdict({
        issuer: options.issuer,
        subject: 'anybody',
        tokenId: undefined,
        sessionId: job.sid,
        keyId: undefined,
        issuedAt: undefined,
        expiresAt: undefined,
        epoch: undefined,
        tenant: undefined,
      })
      return [[revoked ? 'revoked' : 'live']]
    }
  }
}

async function refresh(on: Store, token: string): Promise<readonly [string, string?]> {
  const result = await createSessions({ ...options, store: on }).refresh(token)
  return result.type === 'refreshed' ? [result.outcome, result.tokens.refreshToken] : [result.reason]
}
