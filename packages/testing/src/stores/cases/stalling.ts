import assert from 'node:assert/strict'
import { StoreUnavailableError, type Store } from '@countersign/stores'
import { create, createInput, end, raise, rotateInput, rowOf } from '../fixtures.ts'
import { ALICE, BOB, HOUR, ISSUER, REVOKE_FOR } from '../values.ts'
import { readLog, tokenRevocation } from '../log-reader.ts'

/** A store that a test can make hang. */
export interface StallingStore {
  /** Fresh and empty, after `init()`, on its server's own clock, with a timeout of at most a second. */
  readonly store: Store
  /** Another handle on the same data, over another connection. It is used while nothing hangs. */
  readonly other: Store
  /** From now on, requests of `store` wait at its server, or on the way there. They are not lost. */
  readonly stall: () => Promise<void> | void
  /** Lets all waiting requests continue, in their order. */
  readonly resume: () => Promise<void> | void
  readonly close: () => Promise<void> | void
}

const IDP = 'https://login.example.com'
const subject = { keepFor: HOUR, issuer: ISSUER, revokeFor: REVOKE_FOR }

/** One example of each operation that writes; the sessions come from the cases below. */
const WRITES: Readonly<Record<string, (store: Store, now: number) => Promise<unknown>>> = {
  createSession: (store) =>
    store.createSession(createInput({ sid: `${ALICE}.new` }, { replaces: `${ALICE}.1` })),
  rotate: (store) => store.rotate(rotateInput(tokenOf(`${ALICE}.2`), { cooldown: 0 })),
  changeSession: (store) =>
    store.changeSession({ sid: `${ALICE}.3`, data: 'x', expectedVersion: 1, revokeFor: REVOKE_FOR }),
  endSession: (store) => end(store, `${ALICE}.4`),
  raiseEpoch: (store) => raise(store, ALICE),
  eraseSubject: (store) => store.eraseSubject({ subjectTag: BOB, key: 'bob', ...subject }),
  endProviderSessions: (store) => store.endProviderSessions({ issuer: IDP, sid: 'a' }, REVOKE_FOR),
  appendRevocations: (store, now) => store.appendRevocations([tokenRevocation('jti', now + HOUR)]),
  useOnce: (store, now) => store.useOnce('proof', 'id', now + HOUR),
  writeKeyRing: (store) => store.writeKeyRing('main', 0, 'ring'),
}

/** `storeSuite()` includes these cases if the option `stalling` is given. */
export const stallingCases: readonly {
  readonly name: string
  readonly run: (stalling: StallingStore) => Promise<void>
}[] = Object.entries(WRITES).map(([name, write]) => ({
  name: `[I-49] ${name} that was given up while the store hung takes no effect when the store resumes`,
  run: async ({ store, other, stall, resume }) => {
    for (const index of [1, 2, 3, 4, 5]) await create(store, { sid: `${ALICE}.${index}`, ...from(index) })
    await create(store, { sid: `${BOB}.1`, subject: 'bob' })
    const now = await store.now()
    const before = await stateOf(other)
    await stall()
    try {
      await assert.rejects(write(store, now), StoreUnavailableError)
      // now the request is past its deadline on every clock
      await pause(100)
    } finally {
      await resume()
    }
    await untilServed(store)
    assert.deepEqual(await stateOf(other), before)
    assert.equal(await other.useOnce('proof', 'id', now + HOUR), true)
    // new requests succeed: at once, or when they are sent again
    await WRITES['endProviderSessions']!(store, now)
    assert.equal((await rowOf(other, `${ALICE}.5`))?.reason, 'provider')
  },
}))

const from = (index: number) => ({
  provider: index === 5 ? { issuer: IDP, sid: 'a', subject: 'alice@idp' } : undefined,
})

const tokenOf = (sid: string) => ({ ...createInput({ sid }).session, gen: 1 })

/** Everything that the operations above would change, except ids of one-time use. */
async function stateOf(store: Store): Promise<unknown> {
  const sids = [...[1, 2, 3, 4, 5, 'new'].map((name) => `${ALICE}.${name}`), `${BOB}.1`]
  return {
    rows: await Promise.all(sids.map((sid) => rowOf(store, sid))),
    epochs: await Promise.all(
      [ALICE, BOB].map(async (tag) => (await store.checkSession(tag, undefined)).epoch),
    ),
    log: await readLog(store),
    ring: (await store.readKeyRing('main')).version,
  }
}

/** After this, earlier requests have been processed, too: they came first, or soon after. */
async function untilServed(store: Store): Promise<void> {
  for (;;) {
    try {
      await store.now()
      await store.readKeyRing('main')
      return await pause(200)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
