import { expect } from 'vitest'
import type { Expectation, Row } from './row.ts'
import type { RawResponse } from './wire/response.ts'

/** Shorter texts are part of ordinary words. */
const MIN_LENGTH = 8

/** Nothing that came with a refused credential may stand in the answer, be it a header or the body. */
export function assertNothingEchoed(
  row: Pick<Row, 'request' | 'secrets'>,
  response: RawResponse,
  expected: Expectation = { status: response.status },
): void {
  // What the row spells out, such as the scopes that the route asks for, is the policy's word, not the token's.
  const policy = JSON.stringify([expected.headers ?? {}, expected.body ?? {}])
  const texts = credentialTexts(row.request).filter((text) => !policy.includes(text))
  for (const text of [...texts, ...(row.secrets ?? [])]) {
    expect(response.bytes.includes(text), `the answer contains ${JSON.stringify(text.slice(0, 60))}`).toBe(
      false,
    )
  }
}

/** Whatever could be recognised of the credentials of a request: their segments, and the texts inside these. */
export function credentialTexts({ target = '', headers = [] }: Row['request']): string[] {
  const values = headers
    .filter(([name]) => /^(authorization|cookie|x-csrf-token)$/i.test(name))
    .map(([, value]) => value)
  const segments = [...values, target.split('?')[1] ?? ''].flatMap((value) => value.split(/[\s.;,="&]+/))
  const inside = segments.flatMap((segment) => stringsOf(decoded(segment)))
  return [...new Set([...segments, ...inside])].filter((text) => text.length >= MIN_LENGTH && !isOurs(text))
}

/** Names that the policy has given. */
function isOurs(text: string): boolean {
  return text === '__Host-access' || text === 'access_token'
}

function decoded(segment: string): unknown {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** The texts in a JSON value, as they are and as JSON writes them; names of members included. */
function stringsOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value, JSON.stringify(value).slice(1, -1)]
  if (typeof value !== 'object' || value === null || depth > 32) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...stringsOf(member, depth + 1)])
}
