import { describe, expect, it } from 'vitest'
import { assertNothingEchoed, credentialTexts } from './echo.ts'
import { es256 } from './issuers.ts'
import { bearer } from './row.ts'
import { parseResponse } from './wire/response.ts'

const token = es256.token({ email: 'someone@example.test' }, { kid: 'kid-of-the-attacker' })
const answer = (text: string) =>
  parseResponse(`HTTP/1.1 401 Unauthorized\r\nX-Text: ${text}\r\nContent-Length: 0\r\n\r\n`, 'GET')

describe('the look for echoes', () => {
  it('knows the segments of a token and the texts inside', () => {
    const texts = credentialTexts(bearer(token))
    expect(texts).toEqual(expect.arrayContaining(token.split('.')))
    expect(texts).toEqual(expect.arrayContaining(['someone@example.test', 'kid-of-the-attacker']))
  })

  it.each([token, token.split('.')[1]!, 'kid-of-the-attacker', 'someone@example.test'])(
    'finds %s',
    (text) => {
      expect(() => assertNothingEchoed({ request: bearer(token) }, answer(text))).toThrow(
        'the answer contains',
      )
    },
  )

  it('is content with an answer that holds nothing of it', () => {
    expect(() =>
      assertNothingEchoed({ request: bearer(token) }, answer('Bearer error="invalid_token"')),
    ).not.toThrow()
  })
})
