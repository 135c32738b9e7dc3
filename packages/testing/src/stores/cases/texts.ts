import assert from 'node:assert/strict'
import { type BenchCase } from '../bench.ts'
import { create, listed, raise, rotateInput, rowOf } from '../fixtures.ts'
import { ALICE, COOLDOWN } from '../values.ts'

/** Well-formed texts, as unusual as those of people and user agents can be. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  'O\'Brien "quoted" `ticks` \\ / ; -- /* */ %s $1 {{x}} \r\n\t',
  'Ærøskøbing e\u0301 é 東京 العربية 👩‍👩‍👧‍👦 \u2028 \uFEFF \u001F',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'true',
  '0',
  '9007199254740993',
  'x'.repeat(4_096),
]

/** Texts come back unchanged. */
export const textCases: readonly BenchCase[] = [
  {
    name: 'texts of a session come back character for character: quotes, scripts, control characters, 4 KB',
    async run({ store, clock }) {
      for (const [index, text] of TEXTS.entries()) {
        const session = await create(store, {
          sid: `${ALICE}.${index}`,
          secretHash: text,
          subject: text,
          tenant: text,
          issuer: text,
          provider: { issuer: text, sid: text, subject: text },
          clientId: text,
          jkt: text,
          device: text,
          ip: text,
          data: text,
        })
        assert.equal(session.subject, text)
        assert.equal(session.device, text)
        assert.deepEqual(await rowOf(store, session.sid), session)
      }
      const sessions = await listed(store, ALICE)
      assert.deepEqual(new Set(sessions.map(({ data }) => data)), new Set(TEXTS))
      clock.advance(COOLDOWN)
      for (const session of sessions) {
        const { outcome, session: row } = await store.rotate(rotateInput(session, { ip: session.subject }))
        assert.equal(outcome, 'rotated')
        assert.equal(row?.subject, session.subject)
        assert.equal(row.ip, session.subject)
      }
    },
  },
  {
    name: 'an absent text stays absent, and an empty text stays empty',
    async run({ store }) {
      const names = ['tenant', 'clientId', 'jkt', 'device', 'ip'] as const
      const absent = await create(store, { sid: `${ALICE}.1` })
      const empty = await create(store, {
        sid: `${ALICE}.2`,
        ...Object.fromEntries(names.map((name) => [name, ''])),
      })
      const rows = [await rowOf(store, absent.sid), await rowOf(store, empty.sid)]
      for (const name of names) assert.deepEqual([rows[0]?.[name], rows[1]?.[name]], [undefined, ''])
      assert.equal((await store.rotate(rotateInput(empty, { clientId: undefined }))).outcome, 'mismatch')
      assert.equal((await store.rotate(rotateInput(absent, { clientId: '' }))).outcome, 'mismatch')
    },
  },
  {
    name: 'data is text, not JSON: spaces, duplicate names and escapes of any character are kept',
    async run({ store }) {
      const data = ` {"b":1,  "a":2,"a":3, "n":1.0, "z":${JSON.stringify('\u0000 \uD800')}} `
      const { sid } = await create(store, { sid: `${ALICE}.1`, data })
      assert.equal((await rowOf(store, sid))?.data, data)
    },
  },
  {
    name: 'tags stay separate for all names',
    async run({ store }) {
      const tags = ['a', 'A', 'a_', 'a-', '__proto__', 'constructor', '-', '_']
      for (const tag of tags) await create(store, { sid: `${tag}.1`, subject: tag })
      for (const tag of tags) {
        const sessions = await listed(store, tag)
        assert.deepEqual(
          sessions.map(({ subject }) => subject),
          [tag],
        )
      }
      await raise(store, '__proto__')
      for (const tag of tags) {
        const { state } = await store.checkSession(tag, `${tag}.1`)
        assert.equal(state, tag === '__proto__' ? 'revoked' : 'live', tag)
      }
    },
  },
]
