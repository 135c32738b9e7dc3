import type { Expectation } from './row.ts'
import type { Difference, HeaderDifference } from './spec.ts'

/** Rows that a framework answers otherwise, each with its reason. A test holds that none is out of date. */
export const differences: readonly Difference[] = ['Nest 12 on Fastify', 'Fastify 5'].flatMap((column) => [
  ...['a control byte in the header ends at the parser', 'a bare CR in the header ends at the parser'].map(
    (row) => ({
      column,
      row,
      body: { statusCode: 400, error: 'Bad Request', message: 'Client Error' },
      reason: 'Fastify answers in JSON what Node could not parse (clientErrorHandler)',
    }),
  ),
  {
    column,
    row: 'more header than Node takes ends at the parser',
    body: {
      statusCode: 431,
      error: 'Request Header Fields Too Large',
      message: 'Exceeded maximum allowed HTTP header size',
    },
    reason: 'Fastify answers in JSON what Node could not parse (clientErrorHandler)',
  },
])

/** Headers that a framework always sends otherwise. */
export const headerDifferences: readonly HeaderDifference[] = [
  ...['Nest 12 on Express', 'Nest 12 on Fastify'].map((column) => ({
    column,
    header: 'Content-Type',
    from: 'application/problem+json',
    to: 'application/problem+json; charset=utf-8',
    reason: 'Nest sends an exception by the json() or send() of its platform, and these add a charset',
  })),
  {
    column: 'Hono 4',
    header: 'Vary',
    from: 'Origin, Cookie',
    to: 'Cookie, Origin',
    reason: "Hono's cors() adds its own to a response once that is there",
  },
]

/** What a row expects of a column: what it says, but for the differences. */
export function expectationOf(column: string, row: string, expected: Expectation): Expectation {
  const { status, body } = differences.find((one) => one.column === column && row.includes(one.row)) ?? {}
  const headers = { ...expected.headers }
  for (const { header, from, to } of headerDifferences.filter((one) => one.column === column)) {
    if (headers[header] === from) headers[header] = to
  }
  return { ...expected, headers, ...(status && { status }), ...(body && { body }) }
}
