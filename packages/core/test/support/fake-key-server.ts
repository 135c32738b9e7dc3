/** What a fake key server answers with. */
type Answer = (url: string, init: RequestInit) => Response | Promise<Response>

/** A key server behind an injected `fetch`: no socket, no timer, every answer under the control of the test. */
export interface FakeKeyServer {
  readonly fetch: typeof fetch
  /** Addresses asked for, in order. */
  readonly requests: string[]
  /** What was given to `fetch` besides the address. */
  readonly inits: RequestInit[]
  /** Publishes these keys from now on, at every address. */
  publish(...keys: readonly object[]): void
  /** Answers each request so from now on. */
  answer(answer: Answer): void
  /** Refuses connections from now on. */
  down(): void
  /** Keeps requests waiting until the returned function is called. */
  hold(): () => void
}

export function fakeKeyServer(...initial: readonly object[]): FakeKeyServer {
  const requests: string[] = []
  const inits: RequestInit[] = []
  let gate: Promise<void> | undefined
  let current: Answer = keySet(initial)

  async function get(input: unknown, init: RequestInit = {}): Promise<Response> {
    requests.push(String(input))
    inits.push(init)
    await gate
    return current(String(input), init)
  }

  return {
    fetch: get,
    requests,
    inits,
    publish: (...keys) => {
      current = keySet(keys)
    },
    answer: (answer) => {
      current = answer
    },
    down: () => {
      current = () => {
        throw new TypeError('fetch failed')
      }
    },
    hold: () => {
      let release = (): void => undefined
      gate = new Promise((resolve) => {
        release = resolve
      })
      return () => {
        gate = undefined
        release()
      }
    },
  }
}

function keySet(keys: readonly object[]): Answer {
  return () => Response.json({ keys })
}

/** Lets everything that waits for nothing but promises run: background refreshes have ended after it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
