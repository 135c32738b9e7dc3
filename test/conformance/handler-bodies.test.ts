import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPS } from './apps.ts'
import { columns } from './columns/index.ts'
import { atRoot, bodies, mounted, SECURITY_EVENT } from './handlers/echo-handler.ts'
import type { RunningApp } from './spec.ts'
import { send, type RequestSpec } from './wire/send.ts'

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const
const JSON_TYPE = ['Content-Type', 'application/json'] as const
const EVENT = ['Content-Type', SECURITY_EVENT] as const

const fields = (...pairs: (readonly [string, string])[]) => ({ type: 'form', fields: pairs })

/** Bodies that every parser leaves as they are. */
const forms = [
  [
    'fields in order, with duplicates',
    [FORM],
    'b=1&a=2&a=3&c=',
    fields(['b', '1'], ['a', '2'], ['a', '3'], ['c', '']),
  ],
  ['escapes', [FORM], 'a+b=%C3%A4%20%26+x', fields(['a b', 'ä & x'])],
  [
    'a charset',
    [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']],
    'a=1',
    fields(['a', '1']),
  ],
  ['no body', [FORM], '', fields()],
  ['JSON', [JSON_TYPE], '{"a":1}', { type: 'wrong_content_type' }],
  ['text', [['Content-Type', 'text/plain']], 'a=1', { type: 'wrong_content_type' }],
  ['two types', [FORM, JSON_TYPE], 'a=1', { type: 'wrong_content_type' }],
  ['more than 64 KiB', [FORM], `a=${'x'.repeat(65_535)}`, { type: 'too_large' }],
] as const

const texts = [
  ['the accepted type', [EVENT], 'a.b.c', { type: 'text', mediaType: SECURITY_EVENT, value: 'a.b.c' }],
  [
    'the accepted type, spelled otherwise',
    [['Content-Type', 'Application/SecEvent+JWT; a=b']],
    'x',
    { type: 'text', mediaType: SECURITY_EVENT, value: 'x' },
  ],
  ['JSON', [JSON_TYPE], '{}', { type: 'wrong_content_type' }],
  ['no type', [], 'x', { type: 'wrong_content_type' }],
  ['more than the limit', [EVENT], 'x'.repeat(65), { type: 'too_large' }],
  ['bytes that are not UTF-8', [EVENT], '\xff', { type: 'malformed' }],
] as const

describe.each(columns)('$name', (column) => {
  describe.each([false, true])('where parsers run before the routes: %s', (parseBodies) => {
    let app: RunningApp
    beforeAll(async () => {
      vi.spyOn(console, 'error').mockReturnValue() // where Express and Hono log
      app = await column.startRoutes({
        auth: APPS.bearer.auth!,
        sessions: mounted,
        issuer: atRoot,
        parseBodies,
        earlier: [],
      })
    })
    afterAll(async () => {
      vi.restoreAllMocks()
      await app.stop()
    })
    beforeEach(() => void (bodies.length = 0))
    const post = (target: string, headers: RequestSpec['headers'] = [], body = '') =>
      send(app.port, { method: 'POST', target, headers, body })

    it.each(forms)('[V-22] a route of forms reads %s', async (_what, headers, body, read) => {
      expect((await post('/auth/form', headers, body)).status).toBe(200)
      expect(bodies).toEqual([read])
    })

    it.each(texts)('[V-22] a route of text reads %s', async (_what, headers, body, read) => {
      expect((await post('/auth/text', headers, body)).status).toBe(200)
      expect(bodies).toEqual([read])
    })

    it('[V-22] names with structure are kept, or are malformed where a parser read the structure', async () => {
      await post('/auth/form', [FORM], 'a[b]=1&c[]=2')
      const kept = fields(['a[b]', '1'], ['c[]', '2'])
      const mayBe = parseBodies ? [kept, { type: 'malformed' }] : [kept]
      expect(mayBe).toContainEqual(bodies[0])
    })

    it('[V-22] a route that does not say that it reads forms reads none', async () => {
      expect((await post('/auth/undeclared', [FORM], 'a=1')).status).toBe(500)
      expect(bodies).toEqual([])
    })
  })
})
