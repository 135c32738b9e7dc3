import { describe, expect, it } from 'vitest'
import { headerOf, parseResponse } from './response.ts'

const head = 'HTTP/1.1 200 OK\r\n'

describe('the parser of responses', () => {
  it('reads status, headers and a body of known length', () => {
    const response = parseResponse(`${head}A: 1\r\nContent-Length: 2\r\n\r\nhi`, 'GET')
    expect(response).toMatchObject({ status: 200, body: 'hi' })
    expect(headerOf(response, 'a')).toBe('1')
  })

  it('reads chunks', () => {
    const response = parseResponse(
      `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n`,
      'GET',
    )
    expect(response.body).toBe('hi!')
  })

  it.each([
    ['no end of the header', `${head}A: 1\r\n`],
    ['a bare line feed in a header', `${head}A: 1\nB: 2\r\n\r\n`],
    ['a body longer than announced', `${head}Content-Length: 1\r\n\r\nhi`],
    ['a body shorter than announced', `${head}Content-Length: 3\r\n\r\nhi`],
    ['bytes after the last chunk', `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK`],
    ['a strange status line', 'HTTP/1.1 OK\r\n\r\n'],
  ])('refuses %s', (_title, bytes) => {
    expect(() => parseResponse(bytes, 'GET')).toThrow(Error)
  })

  it('refuses a body after HEAD', () => {
    expect(() => parseResponse(`${head}Content-Length: 2\r\n\r\nhi`, 'HEAD')).toThrow(
      'a body where there must be none',
    )
  })

  it('refuses a header that stands twice where one is asked for', () => {
    const response = parseResponse(`${head}A: 1\r\na: 2\r\nContent-Length: 0\r\n\r\n`, 'GET')
    expect(() => headerOf(response, 'A')).toThrow('2 headers')
  })
})
