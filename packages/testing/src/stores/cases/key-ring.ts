import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { times } from '../fixtures.ts'

/** The rings of signing keys. */
export const keyRingCases: readonly BenchCase[] = [
  {
    name: 'a ring that was never written has version 0, without content',
    async run({ store, clock }) {
      assert.deepEqual(await store.readKeyRing('main'), { now: clock.now(), version: 0, content: undefined })
    },
  },
  {
    name: 'a ring is written against the version that was read, and no other version',
    async run({ store, clock }) {
      assert.equal(await store.writeKeyRing('main', 1, 'too early'), false)
      assert.equal(await store.writeKeyRing('main', 0, 'one'), true)
      assert.equal(await store.writeKeyRing('main', 0, 'late'), false)
      assert.equal(await store.writeKeyRing('main', 2, 'too early'), false)
      assert.equal(await store.writeKeyRing('main', 1, 'two'), true)
      clock.advance(1)
      assert.deepEqual(await store.readKeyRing('main'), { now: clock.now(), version: 2, content: 'two' })
    },
  },
  {
    name: '[I-39] of 20 replicas that write at once, one wins each version, and the others read what it wrote',
    async run({ handles }) {
      const stores = await handles(5)
      for (let version = 0; version < 5; version++) {
        const written = await times(20, (index) =>
          stores[index % 5]!.writeKeyRing('main', version, `${version} by ${index}`),
        )
        assert.equal(written.filter(Boolean).length, 1)
        const content = `${version} by ${written.indexOf(true)}`
        for (const handle of stores) {
          const ring = await handle.readKeyRing('main')
          assert.deepEqual([ring.version, ring.content], [version + 1, content])
        }
      }
    },
  },
  {
    name: 'rings stay separate for all names',
    async run({ store }) {
      const names = ['main', 'Main', 'main:next', 'main.next', '', '__proto__', 'constructor', "'; --", '{a}']
      for (const name of names) assert.equal(await store.writeKeyRing(name, 0, `of ${name}`), true, name)
      for (const name of names) assert.equal((await store.readKeyRing(name)).content, `of ${name}`)
    },
  },
  {
    name: 'the content of a ring is kept byte for byte: empty, 200 KB, any script, JSON in any order',
    async run({ store }) {
      const contents = [
        '',
        'x'.repeat(200_000),
        'ключ 鍵 🔑 e\u0301 é \u2028 \uFEFF',
        '{"b":1,  "a":2,"a":3}\r\n',
        String.raw`\u0000 \' " %s $1 {{`,
      ]
      for (const [version, content] of contents.entries()) {
        assert.equal(await store.writeKeyRing('main', version, content), true)
        assert.equal((await store.readKeyRing('main')).content, content)
      }
    },
  },
]
