import { nodeHandlerRequest, sendHandlerResponse, type JsonBody } from '@countersign/core/adapter'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fc } from '../support/property.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** What a handler reads of these bytes, and of what a parser may have left. */
function read(
  chunks: readonly (string | Uint8Array)[],
  headers: Record<string, string> = JSON_TYPE,
  parser?: { readonly body: unknown; readonly readableDidRead?: boolean },
): Promise<JsonBody> {
  const { body, ...seen } = parser ?? { body: undefined }
  const req = {
    headers,
    [Symbol.asyncIterator]: () => Readable.from(chunks)[Symbol.asyncIterator](),
    ...seen,
  }
  const context = { path: '/', ip: undefined, raw: req, body }
  return nodeHandlerRequest(req, context).readJson()
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
    const request = nodeHandlerRequest(req, { path: '/', ip: undefined, raw: req, body: undefined })
    expect(await request.readJson()).toEqual({ type: 'malformed' })
  })

  it('is read once, and answered as often as it is asked for', async () => {
    const req = Object.assign(Readable.from(['1']), { headers: JSON_TYPE })
    const { readJson } = nodeHandlerRequest(req, { path: '/', ip: undefined, raw: req, body: undefined })
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
        const request = nodeHandlerRequest(req, { path: '/', ip: undefined, raw: req, body: undefined })
        void request
          .readJson()
          .then(({ type }) => sendHandlerResponse(res, { status: 200, headers: {}, body: type }))
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
