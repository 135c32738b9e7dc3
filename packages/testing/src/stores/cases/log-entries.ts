import assert from 'node:assert/strict'
import type { NewRevocation, Store } from '@countersign/stores'
import { type BenchCase } from '../bench.ts'
import { create, createInput, end, raise, rotateInput, times } from '../fixtures.ts'
import { ALICE, BOB, COOLDOWN, GRACE, HOUR, ISSUER, MINUTE, REVOKE_FOR } from '../values.ts'
import { contentOf, createLogReader, readLog, sessionEnd, tokenRevocation } from '../log-reader.ts'

/** What operations append to the log, and what callers append. */
export const logEntryCases: readonly BenchCase[] = [
  {
    name: '[I-50] every end of a session is appended: logout, replaced, evicted, reused, recovered; nothing else is',
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
      const other = { ...sessionEnd(first, clock.now()), issuer: 'https://other.example.com' }
      assert.deepEqual(contentOf(await news()), [other])
      await create(store, { sid: second })
      clock.advance(GRACE + 1)
      assert.equal((await store.rotate(rotateInput(reused))).outcome, 'reused')
      assert.deepEqual(contentOf(await news()), [sessionEnd(fourth, clock.now())])
      await store.createSession(createInput({ sid: third }, { replaces: second }))
      assert.deepEqual(contentOf(await news()), [sessionEnd(second, clock.now())])
      await create(store, { sid: fifth }, { limit: 1, overLimit: 'evict' })
      assert.deepEqual(contentOf(await news()), [sessionEnd(third, clock.now())])
      await store.recoverSessions(clock.now(), REVOKE_FOR)
      assert.deepEqual(contentOf(await news()), [sessionEnd(fifth, clock.now())])
    },
  },
  {
    name: '[I-50] a raise appends one entry for the subject, and a change one for the data version',
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
      const changed = { ...sessionEnd(kept.sid, clock.now()), state: 'changed', bound: 2 }
      assert.deepEqual(contentOf(await news()), [changed])
    },
  },
  {
    name: 'the log entry of a raise excepts a session that it kept, or that was kept elsewhere, never one that was over',
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
    name: 'versions of one key increase, even within one millisecond and when the clock goes back',
    async run({ store, clock, handles }) {
      const stores = await handles(4)
      const { news } = createLogReader(store)
      const append = async (handle: Store) =>
        handle.appendRevocations([tokenRevocation('token', clock.now() + REVOKE_FOR)])
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
    name: 'appended entries come back unchanged, with any text',
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
      const plain = {
        ...tokenRevocation('gone', clock.now() + HOUR),
        kind: 'client',
        state: 'allowed',
      } as const
      const all = [...entries, plain]
      await store.appendRevocations(all)
      assert.deepEqual(
        contentOf(await readLog(store)),
        contentOf(all.map((entry) => ({ ...entry, version: 0 }))),
      )
    },
  },
  {
    name: 'appending an empty list or expired entries appends nothing',
    async run({ store, clock }) {
      await store.appendRevocations([])
      await store.appendRevocations([
        tokenRevocation('gone', clock.now()),
        tokenRevocation('long gone', clock.now() - HOUR),
      ])
      assert.deepEqual(await readLog(store), [])
    },
  },
]
