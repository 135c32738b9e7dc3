// Errors are logged. ioredis hangs the command with all its arguments on them: sessions, and rings with private keys.
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { redisStore } from '@countersign/store-redis'
import { expect, inject, it } from 'vitest'
import { clientKinds, openIoredis } from './support/clients.ts'
import { fakeIoredis } from './support/fakes.ts'
import { newTag, REVOKE_FOR, sessionInput } from './support/sessions.ts'

const deep = (error: unknown): string => inspect(error, { depth: 20, maxArrayLength: null, showHidden: true })

/** What a promise rejects with. */
async function errorOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('nothing was thrown')
    },
    (error: Error) => error,
  )
}

const servers = { url: inject('redisUrl'), nodes: inject('redisClusterNodes') }

it.each(Object.entries(clientKinds))(
  '[I-47] an error that the server answered tells nothing of what was to be kept: %s',
  async (_kind, openClient) => {
    const { client, close } = await openClient(servers)
    try {
      const store = redisStore(client, { prefix: `test:${randomUUID()}` })
      const input = sessionInput(newTag(), { secretHash: 'hash-of-the-secret', data: '"private data"' })
      await store.createSession(input)
      const again = { ...input, session: { ...input.session, secretHash: 'hash-of-another' } }
      const error = await errorOf(store.createSession(again))
      expect(error.message).toContain('a session with this sid already exists')
      expect(deep(error)).not.toMatch(/hash-of-|private data|203\.0\.113\.7/)
    } finally {
      await close()
    }
  },
)

it('nor does one that says the store is unavailable, a private key least of all', async () => {
  // as `DataHandler` of ioredis makes it
  const full = fakeIoredis(async (name, ...args) => {
    throw Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'."), {
      command: { name, args },
    })
  })
  const error = await errorOf(redisStore(full).writeKeyRing('ring', 0, '{"d":"a private key"}'))
  expect(error).toMatchObject({ name: 'StoreUnavailableError', cause: { message: /^OOM/ } })
  expect(deep(error)).not.toContain('a private key')
})

it('recoverSessions passes over used ids, whatever is in them', async () => {
  const { client, close } = await openIoredis(servers.url)
  try {
    const store = redisStore(client, { prefix: `test:${randomUUID()}` })
    const until = (await store.checkSession(newTag(), undefined)).now + 60_000
    for (const id of ['x}:s:y', 'x}:s:once:proof:x.y', 'a:b', 'a%3Ab'])
      expect(await store.useOnce('proof', id, until)).toBe(true)
    await store.createSession(sessionInput(newTag()))
    expect(await store.recoverSessions(until, REVOKE_FOR)).toBe(1)
  } finally {
    await close()
  }
})
