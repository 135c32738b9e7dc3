import assert from 'node:assert/strict'
import { PROVIDER_END_MEMORY, type Store } from '@countersign/stores'
import { type BenchCase } from '../bench.ts'
import { create, end, times } from '../fixtures.ts'
import { ALICE, BOB, HOUR, SECOND } from '../values.ts'
import { contentOf, createLogReader, readLog, sessionEnd, tokenRevocation } from '../log-reader.ts'

/** How the log is read. */
export const logReadingCases: readonly BenchCase[] = [
  {
    name: 'the log of a new store is empty, and complete',
    async run({ store, clock }) {
      const read = await store.readRevocations(undefined, 10)
      assert.equal(read.gap, false)
      assert.deepEqual(
        { ...read, cursor: '' },
        { gap: false, now: clock.now(), entries: [], cursor: '', complete: true },
      )
    },
  },
  {
    name: 'the log is read in parts, each entry at least once, and then continues',
    async run({ store, clock, handles }) {
      const [, other = store] = await handles(2)
      const keys = Array.from({ length: 25 }, (_, index) => `token ${index}`)
      await store.appendRevocations(keys.map((key) => tokenRevocation(key, clock.now() + HOUR)))
      for (const limit of [1, 7, 25, 1_000]) {
        const found = await createLogReader(other, limit).news()
        assert.deepEqual(new Set(found.map(({ key }) => key)), new Set(keys))
      }
      const { news } = createLogReader(other, 7)
      await news()
      await end(store, (await create(store, { sid: `${ALICE}.1` })).sid)
      assert.deepEqual(contentOf(await news()), [sessionEnd(`${ALICE}.1`, clock.now())])
      assert.deepEqual(await news(), [])
    },
  },
  {
    name: 'a cursor of one handle is valid for another',
    async run({ store, clock, handles }) {
      const [, other = store] = await handles(2)
      await store.appendRevocations([tokenRevocation('one', clock.now() + HOUR)])
      const read = await store.readRevocations(undefined, 10)
      assert.ok(!read.gap)
      await other.appendRevocations([tokenRevocation('two', clock.now() + HOUR)])
      const next = await other.readRevocations(read.cursor, 10)
      assert.ok(!next.gap)
      assert.ok(next.entries.some(({ key }) => key === 'two'))
    },
  },
  {
    name: 'a cursor of another log returns a gap',
    async run({ store, clock }) {
      await store.appendRevocations([tokenRevocation('one', clock.now() + HOUR)])
      for (const cursor of ['', 'x', '0', '{}', '[]', 'x:1', '99999999999']) {
        assert.deepEqual(await store.readRevocations(cursor, 10), { gap: true, now: clock.now() }, cursor)
      }
    },
  },
  {
    name: 'expired entries are not read, and prune deletes them; forgetting them is not a gap',
    async run({ store, clock, expiresByItself }) {
      const { news } = createLogReader(store)
      await store.appendRevocations([
        tokenRevocation('one', clock.now() + HOUR),
        tokenRevocation('two', clock.now() + SECOND),
      ])
      const [first] = await news()
      assert.ok(first)
      const cursor = await cursorOf(store)
      clock.advance(SECOND)
      assert.deepEqual(
        (await readLog(store)).map(({ key }) => key),
        ['one'],
      )
      clock.advance(HOUR)
      assert.deepEqual(await readLog(store), [])
      assert.equal(await store.prune(100), expiresByItself ? 0 : 2)
      assert.deepEqual(await readLog(store), [])
      await store.appendRevocations([tokenRevocation('three', clock.now() + HOUR)])
      const next = await store.readRevocations(cursor, 10)
      assert.deepEqual(next.gap ? 'gap' : next.entries.map(({ key }) => key), ['three'])
      assert.deepEqual(
        (await news()).map(({ key }) => key),
        ['three'],
      )
    },
  },
  {
    name: 'readers miss nothing that many handles append and end at once',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const reader = createLogReader(store, 10)
      const found: string[] = []
      const reading = (async () => {
        for (let reads = 0; reads < 20; reads++) found.push(...(await reader.news()).map(({ key }) => key))
      })()
      const sids = Array.from({ length: 20 }, (_, index) => `${index % 2 === 0 ? ALICE : BOB}.${index}`)
      await Promise.all(sids.map((sid, index) => create(stores[index % 4]!, { sid })))
      await times(40, async (index) => {
        const handle = stores[index % 4]!
        if (index % 2 === 0) await end(handle, sids[index / 2]!)
        else await handle.appendRevocations([tokenRevocation(`token ${index}`, clock.now() + HOUR)])
      })
      await reading
      found.push(...(await reader.news()).map(({ key }) => key))
      const tokens = Array.from({ length: 20 }, (_, index) => `token ${index * 2 + 1}`)
      assert.deepEqual(new Set(found), new Set([...sids, ...tokens]))
      assert.equal(found.length, 40)
    },
  },
  {
    name: 'a listener is called after appends until it is removed, if the store has such hints',
    async run({ store, clock, handles, watches }) {
      const { watchRevocations: watch } = store
      assert.equal(typeof watch === 'function', watches)
      if (watch === undefined) return
      const [, other = store] = await handles(2)
      const hints: number[] = []
      const stop = watch(() => void hints.push(1))
      const expiresAt = clock.now() + PROVIDER_END_MEMORY
      // A subscription may need a moment, and a hint may be lost: so the case tries several times.
      for (let attempt = 0; hints.length === 0 && attempt < 100; attempt++) {
        await other.appendRevocations([tokenRevocation(`token ${attempt}`, expiresAt)])
        await pause(20)
      }
      assert.ok(hints.length > 0)
      stop()
      await pause(50)
      const before = hints.length
      await other.appendRevocations([tokenRevocation('after', expiresAt)])
      await pause(50)
      assert.equal(hints.length, before)
    },
  },
]

async function cursorOf(store: Store): Promise<string> {
  const read = await store.readRevocations(undefined, 1_000)
  assert.ok(!read.gap && read.complete)
  return read.cursor
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
