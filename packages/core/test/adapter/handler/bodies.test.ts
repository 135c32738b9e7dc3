import {
  createHandlerRequest,
  nodeHandlerContext,
  nodeRequestView,
  sendHandlerResponse,
  type FormBody,
  type HandlerRequest,
  type HandlerRoute,
  type JsonBody,
  type NodeBodyRequest,
} from '@countersign/core/adapter'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fc } from '../../support/property.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

function handlerRequest(
  req: NodeBodyRequest,
  body?: unknown,
  reads: HandlerRoute['reads'] = 'json',
): HandlerRequest {
  const context = nodeHandlerContext(req, {}, { path: '/', ip: undefined, raw: req, body })
  return createHandlerRequest(nodeRequestView(req), context, reads)
}

/** What a parser that ran before may have left. */
interface Parser {
  readonly body: unknown
  readonly readableDidRead?: boolean
}

/** A request with these bytes, as a route sees it. */
function sending(
  chunks: readonly (string | Uint8Array)[],
  headers: Record<string, string>,
  parser: Parser | undefined,
  reads: HandlerRoute['reads'],
): HandlerRequest {
  const { body, ...seen } = parser ?? { body: undefined }
  const req = {
    headers,
    [Symbol.asyncIterator]: () => Readable.from(chunks)[Symbol.asyncIterator](),
    ...seen,
  }
  return handlerRequest(req, body, reads)
}

/** What a handler reads of these bytes, and of what a parser may have left. */
function read(
  chunks: readonly (string | Uint8Array)[],
  headers: Record<string, string> = JSON_TYPE,
  parser?: Parser,
): Promise<JsonBody> {
  return sending(chunks, headers, parser, 'json').readJson()
}

const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }

/** The same for a form. */
function readForm(chunks: readonly (string | Uint8Array)[], parser?: Parser): Promise<FormBody> {
  return sending(chunks, FORM_TYPE, parser, 'form').readForm()
}

const json = (value: unknown): JsonBody => ({ type: 'json', value })

describe('a body that no parser has seen', () => {
  it('is read as JSON, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.nat(), async (value, cut) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value))
        const at = cut % (bytes.length + 1)
        const expected = json(JSON.parse(JSON.stringify(value)))
        expect(await read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  it('may come as texts, as streams with an encoding give them', async () => {
    expect(await read(['{"a":', '"ä"}'])).toEqual(json({ a: 'ä' }))
  })

  it.each([[[]], [['']], [['', '']]])('is undefined where it is empty: %j', async (chunks) => {
    expect(await read(chunks)).toEqual(json(undefined))
    expect(await read(chunks, {})).toEqual(json(undefined))
  })

  it.each(['{', '{"a":1}x', "{'a':1}", ' ', '\uFEFF\uFEFF{}'])('is malformed: %j', async (text) => {
    expect(await read([text])).toEqual({ type: 'malformed' })
  })

  it('[E8] is malformed where it is not UTF-8', async () => {
    expect(await read([Uint8Array.from([0x22, 0xff, 0x22])])).toEqual({ type: 'malformed' })
  })

  it.each([
    'application/json',
    'application/json;charset=utf-8',
    'application/json ; a=b',
    'Application/JSON',
  ])('is JSON by its type %s', async (type) => {
    expect(await read(['1'], { 'content-type': type })).toEqual(json(1))
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=a',
    'text/plain; application/json',
    'application/jsonp',
    'application/json, text/plain',
    'application/vnd.api+json',
    '',
  ])('[D1] is not read by the type %j, which a foreign page could send', async (type) => {
    expect(await read(['1'], { 'content-type': type })).toEqual({ type: 'wrong_content_type' })
  })

  it('may have 64 KiB', async () => {
    const text = `"${'x'.repeat(65_534)}"`
    expect(await read([text])).toEqual(json(JSON.parse(text)))
    expect(await read([text.slice(0, 9), text.slice(9), ' '])).toEqual({ type: 'too_large' })
  })

  it('is too large by its Content-Length alone', async () => {
    expect(await read(['1'], { ...JSON_TYPE, 'content-length': '65537' })).toEqual({ type: 'too_large' })
    expect(await read(['1'], { ...JSON_TYPE, 'content-length': '65536' })).toEqual(json(1))
  })

  it('is malformed where the client gives up', async () => {
    const headers = JSON_TYPE
    async function* chunks() {
      yield '{'
      throw new Error('aborted')
    }
    const req = { headers, [Symbol.asyncIterator]: chunks }
    const request = handlerRequest(req)
    expect(await request.readJson()).toEqual({ type: 'malformed' })
  })

  it('is read once, and answered as often as it is asked for', async () => {
    const req = Object.assign(Readable.from(['1']), { headers: JSON_TYPE })
    const { readJson } = handlerRequest(req)
    expect([await readJson(), await readJson()]).toEqual([json(1), json(1)])
  })
})

describe('a body that a parser has seen', () => {
  it('is what the parser made of it', async () => {
    expect(await read(['other'], JSON_TYPE, { body: { a: 1 } })).toEqual(json({ a: 1 }))
    expect(await read(['other'], JSON_TYPE, { body: null, readableDidRead: true })).toEqual(json(null))
  })

  it('[D1] is refused where its type is another', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(await read([], form, { body: { a: '1' } })).toEqual({ type: 'wrong_content_type' })
    expect(await read([], {}, { body: { a: '1' } })).toEqual({ type: 'wrong_content_type' })
  })

  it('is parsed here where the parser only read it', async () => {
    for (const body of ['{"a":1}', Buffer.from('{"a":1}')])
      expect(await read([], JSON_TYPE, { body })).toEqual(json({ a: 1 }))
    expect(await read([], JSON_TYPE, { body: '' })).toEqual(json(undefined))
    expect(await read([], {}, { body: '1' })).toEqual({ type: 'wrong_content_type' })
  })

  it('is too large as any other', async () => {
    const headers = { ...JSON_TYPE, 'content-length': '65537' }
    expect(await read([], headers, { body: {} })).toEqual({ type: 'too_large' })
  })

  it('is read after all where the parser left it alone, and {} in its place', async () => {
    const parser = { body: {}, readableDidRead: false }
    expect(await read(['{"a":1}'], JSON_TYPE, parser)).toEqual(json({ a: 1 }))
    expect(await read([], {}, parser)).toEqual(json(undefined))
  })
})

describe('a body that is too large', () => {
  it.each(['Content-Length: 1000000', 'Transfer-Encoding: chunked'])(
    'gets its answer, and the connection goes on: %s',
    async (header) => {
      const server = createServer((req, res) => {
        const request = handlerRequest(req)
        void request
          .readJson()
          .then(({ type }) => sendHandlerResponse(res, { status: 200, headers: [], body: type }))
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      onTestFinished(() => void server.close())
      const { port } = server.address() as AddressInfo
      const socket = connect(port, '127.0.0.1').setEncoding('latin1')
      onTestFinished(() => void socket.destroy())
      const body = 'x'.repeat(1_000_000)
      const sent = header.startsWith('C') ? body : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      const head = (line: string) =>
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${line}\r\n\r\n`
      socket.write(head(header) + sent)
      socket.write(`${head('Content-Length: 2\r\nConnection: close')}{}`)
      let received = ''
      for await (const chunk of socket) received += chunk
      expect(received.match(/too_large|json$/g)).toEqual(['too_large', 'json'])
    },
  )
})

const form = (...fields: (readonly [string, string])[]): FormBody => ({ type: 'form', fields })

describe('a form that no parser has seen', () => {
  it('is read as the web platform reads it, field by field', async () => {
    const pairs = fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(pairs, async (fields) => {
        const text = new URLSearchParams(fields).toString()
        expect(await readForm([text])).toEqual(form(...new URLSearchParams(text)))
      }),
    )
  })

  it.each([
    ['a', form(['a', ''])],
    ['=', form(['', ''])],
    ['&&a=1&', form(['a', '1'])],
    ['a=1=2', form(['a', '1=2'])],
    ['a%3Db=%26', form(['a=b', '&'])],
  ])('is read by the letter: %j', async (text, expected) => {
    expect(await readForm([text])).toEqual(expected)
  })

  it.each(['a=%', 'a=%4', 'a=%zz', 'a=%ff', '%c3=1'])('[E8] is malformed: %j', async (text) => {
    expect(await readForm([text])).toEqual({ type: 'malformed' })
  })
})

describe('a form that a parser has seen', () => {
  const parsed = (body: unknown) => readForm([], { body })

  it('has the fields that the parser found, duplicates in order', async () => {
    expect(await parsed({ a: ['1', '2'], b: '' })).toEqual(form(['a', '1'], ['a', '2'], ['b', '']))
    const data = new FormData()
    data.append('b', '1')
    data.append('a', '2')
    data.append('b', '3')
    expect(await parsed(data)).toEqual(form(['b', '1'], ['a', '2'], ['b', '3']))
    expect(await parsed('a=1&a=2')).toEqual(form(['a', '1'], ['a', '2']))
  })

  it.each([{ a: { b: '1' } }, { a: ['1'] }, { a: [['1'], '2'] }, { a: 1 }, 1, null])(
    'is malformed where the parser read structure into it: %j',
    async (body) => {
      expect(await parsed(body)).toEqual({ type: 'malformed' })
    },
  )
})

describe('a body that the route does not say that it reads', () => {
  it.each(['form', 'text'] as const)('is not read as JSON: %s', async (reads) => {
    await expect(sending(['1'], JSON_TYPE, undefined, reads).readJson()).rejects.toThrow("reads: 'json'")
  })

  it('is not touched where there is nothing to read', async () => {
    const req = { headers: JSON_TYPE, [Symbol.asyncIterator]: () => expect.fail('it was read') }
    const context = nodeHandlerContext(req, {}, { path: '/', ip: undefined, raw: req, body: undefined })
    const { readJson } = createHandlerRequest(nodeRequestView(req), context, undefined)
    await expect(readJson()).rejects.toThrow("reads: 'json'")
  })
})
