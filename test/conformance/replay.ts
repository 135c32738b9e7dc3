import { isAuthError, isPrincipal, type Principal } from '@countersign/core'
import { expect } from 'vitest'
import { assertNothingEchoed } from './echo.ts'
import type { Expectation, Row } from './row.ts'
import type { AppSpec, Column, Hooks, Reply, RouteSpec } from './spec.ts'
import { headerOf, type RawResponse } from './wire/response.ts'
import { send, type RequestSpec } from './wire/send.ts'

/** One exchange: what came back, and what happened inside. */
export interface Exchange {
  readonly response: RawResponse
  /** Handlers that ran. */
  readonly handlers: readonly string[]
  /** The value that the handler found as principal. */
  readonly auth: unknown
}

/** An application of a column, and a look inside it. */
export interface Stage {
  play(request: RequestSpec): Promise<Exchange>
  /** Plays requests at once; which handler saw what is not told apart. */
  playAll(
    requests: readonly RequestSpec[],
  ): Promise<{ responses: RawResponse[]; handlers: readonly string[] }>
  stop(): Promise<void>
}

export async function stage(column: Column, app: AppSpec): Promise<Stage> {
  let handlers: string[] = []
  let auth: unknown
  const faults: unknown[] = []
  const hooks: Hooks = {
    handle(route, seen) {
      handlers.push(`${route.method} ${route.path}`)
      auth = seen
      return reply(route)
    },
    onError(error) {
      if (!isAuthError(error)) {
        faults.push(error)
        return { status: 500, headers: {}, body: { error: 'unexpected' } }
      }
      // the client's fault is no bug of ours to trace
      if (/\n\s+at /.test(error.stack ?? '')) faults.push(new Error('the refusal has a stack'))
      const { status, headers, body } = error
      return { status, headers: { ...headers, 'X-Error-Handler': 'ran' }, body }
    },
  }
  const { port, stop } = await column.start(app, hooks)
  return {
    async play(request) {
      handlers = []
      auth = undefined
      const response = await send(port, request)
      if (faults.length > 0) throw faults[0]
      return { response, handlers, auth }
    },
    async playAll(requests) {
      handlers = []
      const responses = await Promise.all(requests.map((request) => send(port, request)))
      if (faults.length > 0) throw faults[0]
      return { responses, handlers }
    },
    stop,
  }
}

function reply({ method, path, headers = {} }: RouteSpec): Reply {
  return { status: 200, headers, body: { handler: `${method} ${path}` } }
}

/** Compares an exchange with what its row expects, and with what holds for every row. */
export function assertExchange(
  row: Pick<Row, 'request' | 'secrets'>,
  expected: Expectation,
  got: Exchange,
): void {
  const { response, handlers, auth } = got
  const statuses = typeof expected.status === 'number' ? [expected.status] : expected.status
  expect(statuses, response.bytes).toContain(response.status)
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    expect({ [name]: headerOf(response, name) ?? null }).toEqual({ [name]: value })
  }
  const ran = expected.handler === undefined ? [] : [expected.handler]
  if (!(expected.handlerMayRun && handlers.length === 0)) expect(handlers).toEqual(ran)

  const isHead = row.request.method === 'HEAD'
  if (expected.body !== undefined) expect(bodyOf(response)).toEqual(isHead ? '' : expected.body)
  if (ran.length > 0 && response.status === 200 && !isHead) {
    expect(bodyOf(response)).toEqual({ handler: expected.handler })
  }
  assertPrincipal(expected, auth)
  if (response.status >= 400) assertNothingEchoed(row, response, expected)
}

function bodyOf({ body }: RawResponse): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function assertPrincipal({ principal }: Expectation, auth: unknown): void {
  if (principal === undefined) return
  if (principal === null) {
    expect(auth).toBeUndefined()
    return
  }
  expect(isPrincipal(auth)).toBe(true)
  expect(Object.isFrozen(auth)).toBe(true)
  const seen = auth as Principal
  expect(Object.isFrozen(seen.claims)).toBe(true)
  for (const [member, value] of Object.entries(principal)) {
    expect({ [member]: seen[member as keyof Principal] }).toEqual({ [member]: value })
  }
}
