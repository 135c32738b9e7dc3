import {
  goneSignal,
  runHandler,
  sendHandlerResponse,
  toWebStream,
  writeHeaders,
  type HandlerContext,
  type NodeHandlerResponse,
  type ResponseHeaders,
} from '@countersign/core/adapter'
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { request } from '../../support/authenticate.ts'

/** A response as Node's, with these headers on it. */
function response(headers: Record<string, unknown>, headersSent = false) {
  const written = { ...headers }
  const ended: unknown[] = []
  const res: NodeHandlerResponse = {
    statusCode: 200,
    headersSent,
    getHeader: (name) => written[name],
    setHeader: (name, value) => (written[name.toLowerCase()] = value),
    end: (body) => ended.push(body),
  }
  return { res, written, ended }
}

describe('the headers of an answer', () => {
  /** What is set, in order. */
  function set(headers: ResponseHeaders, earlier: Record<string, unknown>) {
    const calls: unknown[] = []
    writeHeaders({ getHeader: (name) => earlier[name], setHeader: (...call) => calls.push(call) }, headers)
    return calls
  }

  it('take the place of those of the same name', () => {
    expect(set([['Cache-Control', 'no-store']], { 'cache-control': 'public' })).toEqual([
      ['Cache-Control', 'no-store'],
    ])
  })

  it('may repeat, and keep their order', () => {
    const headers = [
      ['Link', 'a'],
      ['ETag', 'x'],
      ['link', 'b'],
    ] as const
    expect(set(headers, { link: 'earlier' })).toEqual([
      ['Link', ['a', 'b']],
      ['ETag', 'x'],
    ])
  })

  it.each([
    [undefined, ['a=1']],
    ['b=2', ['b=2', 'a=1']],
    [
      ['b=2', 'c=3'],
      ['b=2', 'c=3', 'a=1'],
    ],
  ])('come with the cookies that were there: %j', (earlier, cookies) => {
    for (const name of ['Set-Cookie', 'set-cookie'])
      expect(set([[name, 'a=1']], { 'set-cookie': earlier })).toEqual([[name, cookies]])
  })

  it.each([
    [undefined, 'Cookie, Origin'],
    ['Accept', 'Accept, Cookie, Origin'],
    [['Accept', 'cookie'], 'Accept, cookie, Origin'],
    ['*', '*'],
  ])('come with what the answer varied by: %j', (earlier, vary) => {
    expect(set([['Vary', 'Cookie, Origin']], { vary: earlier })).toEqual([['Vary', vary]])
    const lines = [
      ['Vary', 'Cookie'],
      ['Vary', 'Origin'],
    ] as const
    expect(set(lines, { vary: earlier })).toEqual([['Vary', vary]])
  })
})

describe('an answer on Node', () => {
  const headers = [
    ['Vary', 'Cookie'],
    ['A', 'b'],
  ] as const

  it('is written whole', async () => {
    const { res, written, ended } = response({ vary: 'Origin' })
    await sendHandlerResponse(res, { status: 201, headers, body: 'text' })
    expect([res.statusCode, written, ended]).toEqual([201, { vary: 'Origin, Cookie', a: 'b' }, ['text']])
  })

  it('is not written over that of somebody else', async () => {
    const { res, written, ended } = response({}, true)
    await sendHandlerResponse(res, { status: 201, headers, body: 'text' })
    expect([res.statusCode, written, ended]).toEqual([200, {}, []])
  })

  it('that is not written leaves its source alone', async () => {
    const body = { [Symbol.asyncIterator]: () => expect.fail('it was asked') }
    await sendHandlerResponse(response({}, true).res, { status: 200, headers, body })
  })
})

describe('an answer in parts as a stream of the web', () => {
  it('is read when it is asked for, and ended where it is cancelled', async () => {
    const events: string[] = []
    async function* source() {
      try {
        for (let i = 0; ; i++) {
          events.push(`made ${i}`)
          yield `ä${i}`
        }
      } finally {
        events.push('returned')
      }
    }
    const reader = toWebStream(source()).getReader()
    await new Promise(setImmediate)
    expect(events).toEqual([])
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('ä0')
    await reader.cancel()
    expect(events).toEqual(['made 0', 'returned'])
  })
})

describe('the signal of a client', () => {
  const client = (state: object) => Object.assign(new EventEmitter(), state)

  it('is aborted when it goes before the answer is complete, and not after', () => {
    const gone = client({})
    const signals = [goneSignal(gone), goneSignal(client({ destroyed: true }))]
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    gone.emit('close')
    expect(signals[0]!.aborted).toBe(true)
    const answered = client({ writableEnded: true })
    const late = goneSignal(answered)
    answered.emit('close')
    expect(late.aborted).toBe(false)
  })
})

describe('a handler that fails', () => {
  const context: HandlerContext = {
    path: '/',
    ip: undefined,
    raw: undefined,
    chunks: undefined,
    parsed: undefined,
    signal: () => expect.fail('it was asked'),
  }
  const failing = async (handle: () => Promise<undefined>): Promise<Error> => {
    try {
      await runHandler({ routes: [], handle }, request(), context)
    } catch (error) {
      return error as Error
    }
    return expect.fail('it did not reject')
  }

  it('is answered 500 by every framework, whatever the error asks for', async () => {
    const cause = Object.assign(new Error('a secret'), { status: 404, statusCode: 404, expose: true })
    const error = await failing(() => Promise.reject(cause))
    expect(error).toMatchObject({ status: 500, statusCode: 500, expose: false, cause })
    expect(error.message).toBe('Internal Server Error')
  })

  it('leaves its stack to the log', async () => {
    const cause = new Error('the store is down')
    expect((await failing(() => Promise.reject(cause))).stack).toContain(cause.stack)
    const text = { message: 'Internal Server Error', cause: 'a text' }
    // oxlint-disable-next-line prefer-promise-reject-errors -- an application may
    expect(await failing(() => Promise.reject('a text'))).toMatchObject(text)
  })

  it('may do so at once, and the error comes as a rejection', async () => {
    const handle = (): never => {
      throw new Error('at once')
    }
    const asked = runHandler({ routes: [], handle }, request(), context)
    await expect(asked).rejects.toMatchObject({ status: 500 })
  })

  it('is asked without a promise where it answers at once', () => {
    expect(runHandler({ routes: 'all', handle: () => undefined }, request(), context)).toBeUndefined()
  })
})
