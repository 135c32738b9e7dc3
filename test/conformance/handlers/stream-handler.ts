import type { HandlerRequest, HandlerResponse, RouteHandler } from '@countersign/core/adapter'

/** What happened inside, since it was last emptied. */
export const happened: string[] = []

let openGate: () => void = () => undefined
let gate = Promise.resolve()

/** Closes the gate that `/gated` waits at between its chunks; call what it returns to open it. */
export function closeGate(): () => void {
  gate = new Promise((resolve) => (openGate = resolve))
  return () => openGate()
}

async function* gated(): AsyncGenerator<string> {
  yield 'öne\n'
  await gate
  yield 'two\n'
}

/** Yields once and then waits for ever: nothing but `return()` can tell it that the client is gone. */
function endless(): AsyncIterable<string> {
  let count = 0
  return {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        count++ === 0 ? Promise.resolve({ done: false, value: 'tick\n' }) : new Promise(() => undefined),
      return: async () => {
        happened.push('returned')
        return { done: true, value: undefined }
      },
    }),
  }
}

/** More than any buffer holds, so that a client that does not read makes it wait. */
async function* much(): AsyncGenerator<string> {
  try {
    for (let i = 0; i < 4_000; i++) {
      yield 'x'.repeat(16_384)
      happened.push('chunk')
    }
  } finally {
    happened.push('returned')
  }
}

async function* failing(): AsyncGenerator<string> {
  yield 'one\n'
  await new Promise(setImmediate)
  throw new Error('the source is gone')
}

/** Answers when the client is gone. */
async function waitForAbort({ signal }: HandlerRequest): Promise<string> {
  happened.push('waiting')
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  happened.push('aborted')
  return 'too late'
}

const BODIES: Readonly<Record<string, (request: HandlerRequest) => Promise<HandlerResponse['body']>>> = {
  '/gated': async () => gated(),
  '/endless': async () => endless(),
  '/much': async () => much(),
  '/failing': async () => failing(),
  '/waiting': waitForAbort,
}

/** Bodies that come in parts, and answers that take time. */
export const streams: RouteHandler = {
  routes: Object.keys(BODIES).map((path) => ({ method: 'GET', path })),
  async handle(request) {
    const make = BODIES[request.path]
    return (
      make && { status: 200, headers: [['Content-Type', 'text/event-stream']], body: await make(request) }
    )
  },
}
