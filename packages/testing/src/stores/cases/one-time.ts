import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { times } from '../fixtures.ts'
import { HOUR } from '../values.ts'

/** One-time use. */
export const oneTimeCases: readonly BenchCase[] = [
  {
    name: 'useOnce: true the first time, false ever after until it expires',
    async run({ store, clock }) {
      const expiresAt = clock.now() + HOUR
      assert.equal(await store.useOnce('proof', 'id', expiresAt), true)
      assert.equal(await store.useOnce('proof', 'id', expiresAt), false)
      clock.advance(HOUR - 1)
      await store.prune(100)
      assert.equal(await store.useOnce('proof', 'id', expiresAt), false)
      assert.equal(await store.useOnce('proof', 'id', expiresAt + HOUR), false)
    },
  },
  {
    name: 'useOnce of an expired id is rejected; in its last millisecond it is still accepted',
    async run({ store, clock }) {
      assert.equal(await store.useOnce('proof', 'past', clock.now() - 1), false)
      assert.equal(await store.useOnce('proof', 'now', clock.now()), false)
      assert.equal(await store.useOnce('proof', 'soon', clock.now() + 1), true)
      clock.advance(1)
      assert.equal(await store.useOnce('proof', 'soon', clock.now()), false)
    },
  },
  {
    name: 'useOnce at once through many handles is true for exactly one',
    async run({ clock, handles }) {
      const stores = await handles(5)
      const expiresAt = clock.now() + HOUR
      const answers = await times(50, (index) => stores[index % 5]!.useOnce('proof', 'id', expiresAt))
      assert.equal(answers.filter(Boolean).length, 1)
    },
  },
  {
    name: 'useOnce keeps purposes and ids separate, with any characters',
    async run({ store, clock }) {
      const expiresAt = clock.now() + HOUR
      const pairs = [':', '.', '/', '|', ',', '\n', '\u001F', '{', '}', '"', "'", '\\', '%'].flatMap(
        (separator) => [
          ['a', `b${separator}c`],
          [`a${separator}b`, 'c'],
          [`a${separator}`, 'bc'],
          ['ab', `${separator}c`],
        ],
      )
      const more = [
        ['', ''],
        ['a', ''],
        ['', 'a'],
        ['__proto__', 'constructor'],
        ['constructor', '__proto__'],
        ['a', 'B'],
        ['a', 'b'],
        ['a', 'b '],
        ['a', 'é'],
        ['a', 'e\u0301'],
        ['a', 'x'.repeat(1_000)],
      ]
      for (const [purpose = '', id = ''] of [...pairs, ...more]) {
        assert.equal(await store.useOnce(purpose, id, expiresAt), true, JSON.stringify([purpose, id]))
      }
      for (const [purpose = '', id = ''] of [...pairs, ...more]) {
        assert.equal(await store.useOnce(purpose, id, expiresAt), false, JSON.stringify([purpose, id]))
      }
    },
  },
]
