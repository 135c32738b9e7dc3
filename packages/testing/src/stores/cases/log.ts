import assert from 'node:assert/strict'
import { PROVIDER_END_MEMORY, type NewRevocation, type Store } from '@countersign/stores'
import {
  ALICE,
  BOB,
  COOLDOWN,
  create,
  createInput,
  end,
  GRACE,
  HOUR,
  ISSUER,
  MINUTE,
  raise,
  REVOKE_FOR,
  rotateInput,
  SECOND,
  times,
  type BenchCase,
} from '../fixtures.ts'
import { contentOf, createLogReader, readLog } from '../log-reader.ts'

/** What is appended for a session that ended. */
const ended = (sid: string, now: number): NewRevocation => ({
  kind: 'session',
  issuer: ISSUER,
  key: sid,
  state: 'denied',
  bound: undefined,
  except: undefined,
  expiresAt: now + REVOKE_FOR,
})

const denied = (key: string, expiresAt: number): NewRevocation => ({
  kind: 'token',
  issuer: ISSUER,
  key,
  state: 'denied',
  bound: undefined,
  except: undefined,
  expiresAt,
})

/** What operations append, and how the log is read. */
export const logCases: readonly BenchCase[] = [
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
    name: 'what ends a session appends it: logout, replaced, evicted, reused, recovered; nothing else does',
    async run({ store, clock }) {
      const { news } = createLogReader(store)
      const sids = ['1', '2', '3', '4', '5'].map((name) => `${ALICE}.${name}`)
      const [first = '', second = '', third = '', fourth = '', fifth = ''] = sids
      await create(store, { sid: first, issuer: 'https://other.example.com' })
      const reused = await create(store, { sid: fourth })
      clock.advance(COOLDOWN)
      await store.rotate(rotateInput(reused))
      assert.deepEqual(await news(), [])
      await end(store, first)
      await end(store, first, 'revoked')
      const other = { ...ended(first, clock.now()), issuer: 'https://other.example.com' }
      assert.deepEqual(contentOf(await news()), [other])
      await create(store, { sid: second })
      clock.advance(GRACE + 1)
      assert.equal((await store.rotate(rotateInput(reused))).outcome, 'reused')
      assert.deepEqual(contentOf(await news()), [ended(fourth, clock.now())])
      await store.createSession(createInput({ sid: third }, { replaces: second }))
      assert.deepEqual(contentOf(await news()), [ended(second, clock.now())])
      await create(store, { sid: fifth }, { limit: 1, overLimit: 'evict' })
      assert.deepEqual(contentOf(await news()), [ended(third, clock.now())])
      await store.recoverSessions(clock.now(), REVOKE_FOR)
      assert.deepEqual(contentOf(await news()), [ended(fifth, clock.now())])
    },
  },
  {
    name: 'a raise appends one entry for the subject, and a change one for the data version',
    async run({ store, clock }) {
      const { news } = createLogReader(store)
      const kept = await create(store, { sid: `${ALICE}.1` })
      await create(store, { sid: `${ALICE}.2` })
      const { epoch } = await raise(store, ALICE, { key: 'alice', exceptSid: kept.sid })
      const subject = { kind: 'subject', issuer: ISSUER, key: 'alice', state: 'before' }
      const expiresAt = clock.now() + REVOKE_FOR
      assert.deepEqual(contentOf(await news()), [{ ...subject, bound: epoch, except: kept.sid, expiresAt }])
      const input = { sid: kept.sid, data: 'x', expectedVersion: undefined, revokeFor: REVOKE_FOR }
      await store.changeSession(input)
      const changed = { ...ended(kept.sid, clock.now()), state: 'changed', bound: 2 }
      assert.deepEqual(contentOf(await news()), [changed])
    },
  },
  {
    name: 'a raise excepts in the log what it kept, or what was kept elsewhere, and never what was over',
    async run({ store }) {
      const { news } = createLogReader(store)
      const over = await create(store, { sid: `${ALICE}.1` })
      await end(store, over.sid)
      await news()
      const excepted = async (rest: Parameters<typeof raise>[2]) => {
        await raise(store, ALICE, rest)
        return (await news())[0]?.except
      }
      assert.equal(await excepted({ exceptSid: over.sid }), undefined)
      assert.equal(await excepted({ exceptSid: `${BOB}.1` }), undefined)
      assert.equal(await excepted({ keptElsewhere: `${BOB}.1` }), `${BOB}.1`)
    },
  },
  {
    name: 'versions of one entry grow, also within one millisecond and when the clock goes back',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const { news } = createLogReader(store)
      const append = async (handle: Store) =>
        handle.appendRevocations([denied('token', clock.now() + REVOKE_FOR)])
      const versions: number[] = []
      for (const step of [0, 0, 1, -MINUTE, 0, HOUR / 12]) {
        clock.advance(step)
        await append(store)
        versions.push(...(await news()).map(({ version }) => version))
        assert.ok(versions.at(-1)! >= clock.now())
      }
      assert.equal(versions.length, 6)
      assert.deepEqual(
        versions,
        versions.toSorted((a, b) => a - b),
      )
      assert.equal(new Set(versions).size, 6)
      await times(8, (index) => append(stores[index % 4]!))
      const last = (await news()).map(({ version }) => version)
      assert.ok(Math.min(...last) > versions.at(-1)!)
    },
  },
  {
    name: 'appended entries come back as they were given, with any text',
    async run({ store, clock }) {
      const kinds = ['token', 'session', 'subject', 'client', 'key', 'issuer'] as const
      const texts = ['', 'a:b', 'a b', '{a}', 'ключ 🔑 \u2028', '\n', '__proto__', '"\'\\', 'x'.repeat(2_000)]
      const entries = texts.map((text, index): NewRevocation => ({
        kind: kinds[index % kinds.length]!,
        issuer: `issuer ${text}`,
        key: text,
        state: 'before',
        bound: clock.now() - index,
        except: index % 2 === 0 ? text : undefined,
        expiresAt: clock.now() + HOUR + index,
      }))
      const plain = { ...denied('gone', clock.now() + HOUR), kind: 'client', state: 'allowed' } as const
      const all = [...entries, plain]
      await store.appendRevocations(all)
      assert.deepEqual(
        contentOf(await readLog(store)),
        contentOf(all.map((entry) => ({ ...entry, version: 0 }))),
      )
    },
  },
  {
    name: 'appending nothing, and what has expired already, appends nothing',
    async run({ store, clock }) {
      await store.appendRevocations([])
      await store.appendRevocations([denied('gone', clock.now()), denied('long gone', clock.now() - DAYS)])
      assert.deepEqual(await readLog(store), [])
    },
  },
  {
    name: 'the log is read in parts, each entry at least once, and then goes on',
    async run({ store, clock, handles }) {
      const [, other = store] = await handles(2)
      const keys = Array.from({ length: 25 }, (_, index) => `token ${index}`)
      await store.appendRevocations(keys.map((key) => denied(key, clock.now() + HOUR)))
      for (const limit of [1, 7, 25, 1_000]) {
        const found = await createLogReader(other, limit).news()
        assert.deepEqual(new Set(found.map(({ key }) => key)), new Set(keys))
      }
      const { news } = createLogReader(other, 7)
      await news()
      await end(store, (await create(store, { sid: `${ALICE}.1` })).sid)
      assert.deepEqual(contentOf(await news()), [ended(`${ALICE}.1`, clock.now())])
      assert.deepEqual(await news(), [])
    },
  },
  {
    name: 'a cursor of one handle is good for another',
    async run({ store, clock, handles }) {
      const [, other = store] = await handles(2)
      await store.appendRevocations([denied('one', clock.now() + HOUR)])
      const read = await store.readRevocations(undefined, 10)
      assert.ok(!read.gap)
      await other.appendRevocations([denied('two', clock.now() + HOUR)])
      const next = await other.readRevocations(read.cursor, 10)
      assert.ok(!next.gap)
      assert.ok(next.entries.some(({ key }) => key === 'two'))
    },
  },
  {
    name: 'a cursor that is of another log is a gap, and says so',
    async run({ store, clock }) {
      await store.appendRevocations([denied('one', clock.now() + HOUR)])
      for (const cursor of ['', 'x', '0', '{}', '[]', 'x:1', '99999999999']) {
        assert.deepEqual(await store.readRevocations(cursor, 10), { gap: true, now: clock.now() }, cursor)
      }
    },
  },
  {
    name: 'expired entries are not read, and prune deletes them; forgetting them is no gap',
    async run({ store, clock, expiresByItself }) {
      const { news } = createLogReader(store)
      await store.appendRevocations([denied('one', clock.now() + HOUR), denied('two', clock.now() + SECOND)])
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
      await store.appendRevocations([denied('three', clock.now() + HOUR)])
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
        else await handle.appendRevocations([denied(`token ${index}`, clock.now() + HOUR)])
      })
      await reading
      found.push(...(await reader.news()).map(({ key }) => key))
      const tokens = Array.from({ length: 20 }, (_, index) => `token ${index * 2 + 1}`)
      assert.deepEqual(new Set(found), new Set([...sids, ...tokens]))
      assert.equal(found.length, 40)
    },
  },
  {
    name: 'a listener hears of entries, and no more once it stops',
    async run({ store, clock, handles }) {
      if (store.watchRevocations === undefined) return
      const [, other = store] = await handles(2)
      const hints: number[] = []
      const stop = store.watchRevocations(() => void hints.push(1))
      const expiresAt = clock.now() + PROVIDER_END_MEMORY
      // A subscription may need a moment, and a hint may be lost: so it is tried more than once.
      for (let attempt = 0; hints.length === 0 && attempt < 100; attempt++) {
        await other.appendRevocations([denied(`token ${attempt}`, expiresAt)])
        await pause(20)
      }
      assert.ok(hints.length > 0)
      stop()
      await pause(50)
      const before = hints.length
      await other.appendRevocations([denied('after', expiresAt)])
      await pause(50)
      assert.equal(hints.length, before)
    },
  },
]

const DAYS = 48 * HOUR

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
