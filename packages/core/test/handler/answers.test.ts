import {
  mergeHandlerHeaders,
  runHandler,
  sendHandlerResponse,
  type HandlerRequest,
  type NodeHandlerResponse,
} from '@countersign/core/adapter'
import { describe, expect, it } from 'vitest'

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
  const merged = (headers: Record<string, string | readonly string[]>, earlier: Record<string, unknown>) =>
    mergeHandlerHeaders(headers, (name) => earlier[name])

  it('take the place of those of the same name', () => {
    expect(merged({ 'Cache-Control': 'no-store' }, { 'cache-control': 'public' })).toEqual([
      ['Cache-Control', 'no-store'],
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
    expect(merged({ 'Set-Cookie': 'a=1' }, { 'set-cookie': earlier })).toEqual([['Set-Cookie', cookies]])
    expect(merged({ 'set-cookie': ['a=1'] }, { 'set-cookie': earlier })).toEqual([['set-cookie', cookies]])
  })

  it.each([
    [undefined, 'Cookie, Origin'],
    ['Accept', 'Accept, Cookie, Origin'],
    [['Accept', 'cookie'], 'Accept, cookie, Origin'],
    ['*', '*'],
  ])('come with what the answer varied by: %j', (earlier, vary) => {
    expect(merged({ Vary: 'Cookie, Origin' }, { vary: earlier })).toEqual([['Vary', vary]])
  })
})

describe('an answer on Node', () => {
  it('is written whole', () => {
    const { res, written, ended } = response({ vary: 'Origin' })
    sendHandlerResponse(res, { status: 201, headers: { Vary: 'Cookie', A: 'b' }, body: 'text' })
    expect([res.statusCode, written, ended]).toEqual([201, { vary: 'Origin, Cookie', a: 'b' }, ['text']])
  })

  it('is not written over that of somebody else', () => {
    const { res, written, ended } = response({}, true)
    sendHandlerResponse(res, { status: 201, headers: { A: 'b' }, body: 'text' })
    expect([res.statusCode, written, ended]).toEqual([200, {}, []])
  })
})

describe('a handler that rejects', () => {
  const failing = async (error: unknown): Promise<Error> => {
    const handler = {
      routes: [],
      handle: async () => {
        throw error
      },
    }
    return runHandler(handler, {} as HandlerRequest).then(
      () => expect.fail('it did not reject'),
      (thrown: Error) => thrown,
    )
  }

  it('is answered 500 by every framework, whatever the error asks for', async () => {
    const cause = Object.assign(new Error('a secret'), { status: 404, statusCode: 404, expose: true })
    const error = await failing(cause)
    expect(error).toMatchObject({ status: 500, statusCode: 500, expose: false, cause })
    expect(error.message).toBe('Internal Server Error')
  })

  it('leaves its stack to the log', async () => {
    const cause = new Error('the store is down')
    expect((await failing(cause)).stack).toContain(cause.stack)
    expect(await failing('a text')).toMatchObject({ message: 'Internal Server Error', cause: 'a text' })
  })

  it('may do so at once', async () => {
    const handler = {
      routes: [],
      handle: () => {
        throw new Error('at once')
      },
    }
    await expect(runHandler(handler, {} as HandlerRequest)).rejects.toMatchObject({ status: 500 })
  })
})
