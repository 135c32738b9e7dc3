import { fetchRequestView, nodeRequestView, type NodeRequest } from '@countersign/core'
import { describe, expect, it } from 'vitest'

/** A Node request with these parts. */
function nodeView(parts: Partial<NodeRequest>) {
  return nodeRequestView({ method: 'GET', url: '/', headers: {}, ...parts })
}

describe('the view of a Node request', () => {
  it('[V-10][B8] shows every header line, in order, which Node itself drops or joins', () => {
    const view = nodeView({
      rawHeaders: ['Authorization', 'Bearer a', 'Host', 'x', 'authorization', 'Bearer b', 'AUTHORIZATION', ''],
      headers: { authorization: 'Bearer a', host: 'x' },
    })
    expect(view.header('authorization')).toEqual(['Bearer a', 'Bearer b', ''])
    expect(view.header('host')).toEqual(['x'])
    expect(view.header('cookie')).toEqual([])
  })

  it('does not take a value for a name', () => {
    const view = nodeView({ rawHeaders: ['X-Name', 'authorization', 'Bearer a', 'x'] })
    expect(view.header('authorization')).toEqual([])
  })

  it('takes rawHeaders of an odd number for what they are', () => {
    expect(nodeView({ rawHeaders: ['Cookie'] }).header('cookie')).toEqual([''])
  })

  it.each([[undefined], [[]]])('shows the parsed headers where rawHeaders are %j, as serverless wrappers leave them', (rawHeaders) => {
    const view = nodeView({ rawHeaders, headers: { authorization: 'Bearer a', 'x-list': ['a', 'b'] } })
    expect(view.header('authorization')).toEqual(['Bearer a'])
    expect(view.header('x-list')).toEqual(['a', 'b'])
    expect(view.header('cookie')).toEqual([])
  })

  it('does not show parsed headers that the wire did not have', () => {
    const view = nodeView({ rawHeaders: ['Host', 'x'], headers: { authorization: 'Bearer injected' } })
    expect(view.header('authorization')).toEqual([])
  })

  it('shows the URL before routers cut their mount point off', () => {
    expect(nodeView({ url: '/b?x=1', originalUrl: '/a/b?x=1' }).url()).toBe('/a/b?x=1')
    expect(nodeView({ url: '/b?x=1' }).url()).toBe('/b?x=1')
    expect(nodeView({ url: undefined }).url()).toBe('/')
  })

  it.each([
    ['GET', undefined, 'GET'],
    ['POST', undefined, 'POST'],
    [undefined, undefined, 'GET'],
    // an override that hides an unsafe request behind a safe name
    ['GET', 'POST', 'POST'],
    ['HEAD', 'DELETE', 'DELETE'],
    // and one that makes an unsafe request of a safe one
    ['DELETE', 'GET', 'DELETE'],
    ['POST', 'OPTIONS', 'POST'],
    // both unsafe: unsafe
    ['DELETE', 'POST', 'POST'],
    ['PUT', 'POST', 'POST'],
    // both safe
    ['HEAD', 'GET', 'HEAD'],
    ['GET', 'GET', 'GET'],
    // unknown methods are unsafe
    ['GET', 'get', 'get'],
    ['GET', 'QUERY', 'QUERY'],
    ['PATCH', 7, 'PATCH'],
    ['GET', null, 'GET'],
  ])('[V-20] with method %s and originalMethod %s counts as %s: the unsafe one', (method, originalMethod, counted) => {
    expect(nodeView({ method, originalMethod }).method).toBe(counted)
  })

  it('follows an override that happens after the view was made', () => {
    const req: { method: string; originalMethod?: string; headers: object } = { method: 'POST', headers: {} }
    const view = nodeRequestView(req as NodeRequest)
    req.originalMethod = 'POST'
    req.method = 'GET'
    expect(view.method).toBe('POST')
  })

  it('shows the client’s certificate, where there is one', () => {
    const raw = Uint8Array.of(1, 2)
    expect(nodeView({ socket: { getPeerCertificate: () => ({ raw }) } }).peerCertificate?.()).toBe(raw)
    for (const socket of [
      undefined,
      null,
      {},
      { getPeerCertificate: () => ({}) },
      { getPeerCertificate: () => null },
      { getPeerCertificate: () => undefined },
    ]) {
      expect(nodeView({ socket }).peerCertificate?.()).toBeUndefined()
    }
    expect.assertions(7)
  })
})

describe('the view of a web-standard request', () => {
  it('shows method, path with query, and headers in any case', () => {
    const view = fetchRequestView(
      new Request('https://api.test/a%20b?x=1#hash', { method: 'POST', headers: { Authorization: 'Bearer a' } }),
    )
    expect(view.method).toBe('POST')
    expect(view.url()).toBe('/a%20b?x=1')
    expect(view.header('authorization')).toEqual(['Bearer a'])
    expect(view.header('cookie')).toEqual([])
  })

  it('[B8][V-10] shows two Authorization headers as one with a comma, which is refused all the same', () => {
    const headers = new Headers([
      ['authorization', 'Bearer a'],
      ['authorization', 'Bearer b'],
    ])
    expect(fetchRequestView(new Request('https://api.test', { headers })).header('authorization')).toEqual([
      'Bearer a, Bearer b',
    ])
  })
})
