import { isAuthError } from '@countersign/core'
import { settleVerdict, type NodeResponse, type Pass, type Refuse } from '@countersign/core/adapter'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const pass: Pass = {
  type: 'pass',
  principal: undefined,
  headers: [['Vary', 'Cookie']],
  proceed: (next) => next(),
}
const body = { title: 'Unauthorized', status: 401, code: 'credential_missing', detail: 'Sign in.' } as const
const refuse: Refuse = {
  type: 'refuse',
  refusal: { status: 401, headers: {}, body },
  onRefused: 'respond',
  headers: [['WWW-Authenticate', 'Bearer']],
}
const broken = new Error('broken')
const fails = (): never => {
  throw broken
}

/** A response as Node's. */
function response(more: Partial<NodeResponse> = {}) {
  const written: Record<string, unknown> = {}
  const res: NodeResponse & { destroyed: boolean } = {
    statusCode: 200,
    getHeader: (name: string) => written[name],
    setHeader: (name: string, value: unknown) => (written[name] = value),
    end: (text: string) => (written['body'] = text),
    destroyed: false,
    destroy: () => (res.destroyed = true),
    ...more,
  }
  return { res, written }
}

const escaped: unknown[] = []
const onEscape = (error: unknown): void => void escaped.push(error)
beforeEach(() => void process.on('unhandledRejection', onEscape))
afterEach(() => void process.off('unhandledRejection', onEscape))

/** What `next` is called with; the verdict comes at once, or later. */
async function nextOf(verdict: Pass | Refuse, res: object, isLater: boolean): Promise<unknown[]> {
  const calls: unknown[] = []
  settleVerdict(
    isLater ? Promise.resolve(verdict) : verdict,
    res,
    (...given) => void calls.push(...given, '.'),
  )
  await new Promise(setImmediate)
  expect(escaped).toEqual([])
  return calls
}

describe.each([false, true])('a verdict on Node, later: %s', (isLater) => {
  it('lets pass, with headers', async () => {
    const { res, written } = response()
    expect(await nextOf(pass, res, isLater)).toEqual(['.'])
    expect(written).toEqual({ Vary: 'Cookie' })
  })

  it('is written', async () => {
    const { res, written } = response()
    expect(await nextOf(refuse, res, isLater)).toEqual([])
    expect([res.statusCode, written]).toEqual([
      401,
      { 'WWW-Authenticate': 'Bearer', body: JSON.stringify(body) },
    ])
  })

  it('lets pass where there is no response at all, as in a handshake of Socket.IO', async () => {
    expect(await nextOf(pass, {}, isLater)).toEqual(['.'])
  })

  it('is an error for the framework where there is no response to write', async () => {
    const [error] = await nextOf(refuse, {}, isLater)
    expect(isAuthError(error) && error.code).toBe('credential_missing')
  })

  it('is an error for the framework where somebody has answered', async () => {
    const { res, written } = response({ headersSent: true })
    const [error] = await nextOf(refuse, res, isLater)
    expect([isAuthError(error), written]).toEqual([true, {}])
    expect(await nextOf(pass, res, isLater)).toEqual(['.'])
  })

  it('comes with its challenge where it is an error by choice', async () => {
    const { res, written } = response()
    const [error] = await nextOf({ ...refuse, onRefused: 'throw' }, res, isLater)
    expect([isAuthError(error), written]).toEqual([true, { 'WWW-Authenticate': 'Bearer' }])
  })

  it.each(['setHeader', 'end'] as const)(
    'that cannot be written goes to the framework as a fault: %s',
    async (method) => {
      const { res } = response({ [method]: fails })
      expect(await nextOf(refuse, res, isLater)).toEqual([broken, '.'])
      expect(res.statusCode).toBe(500)
    },
  )

  it('closes the connection where the framework fails as well', async () => {
    const { res } = response({ end: fails })
    settleVerdict(isLater ? Promise.resolve(refuse) : refuse, res, fails)
    await new Promise(setImmediate)
    expect([res.destroyed, escaped]).toEqual([true, []])
  })

  it('hands over what comes next and fails, once', async () => {
    const { res } = response()
    const calls: unknown[] = []
    settleVerdict(isLater ? Promise.resolve(pass) : pass, res, (error) => {
      calls.push(error)
      if (error === undefined) fails()
    })
    await new Promise(setImmediate)
    expect([calls, escaped]).toEqual([[undefined, broken], []])
  })
})

it('a rejected verdict goes to the framework', async () => {
  const { res } = response()
  const error = await new Promise((resolve) => settleVerdict(Promise.reject(broken), res, resolve))
  expect(error).toBe(broken)
})
