import type { Call } from './call.ts'
import type { SessionDocument } from './document.ts'
import { readFinding, type Renewal } from './renewal.ts'
import type { State } from './state.ts'
import type { Tabs } from './tabs.ts'

type Result<User> = Promise<SessionDocument<User> | undefined>

/** Requests that ask the server who is signed in. */
export interface Questions<User> {
  /** Starts a new request: the response to a running one may be older than the reason for this one. */
  readonly check: () => Result<User>
  /** Waits for the running request, or starts one. */
  readonly join: () => Result<User>
  /** Resolves when the server has responded to all requests. Only actions have to wait for this. */
  readonly settle: (isAction: boolean) => Promise<void>
}

/** What the requests need. */
export interface QuestionParts<User> {
  readonly call: Call
  readonly state: State<User>
  readonly tabs: Pick<Tabs<User>, 'adopt' | 'conclude'>
  readonly renewal: Pick<Renewal<User>, 'renew'>
}

/** Creates the functions that ask the server who is signed in. */
export function createQuestions<User>({ call, state, tabs, renewal }: QuestionParts<User>): Questions<User> {
  let asking: Result<User> | undefined

  /** Repeats the request until a response is newer than every reason to ask. */
  async function ask(): Result<User> {
    for (;;) {
      const { version, doubts } = state
      const found = readFinding<User>(await call('GET', '/session'))
      if (version === state.version && doubts === state.doubts) {
        if (found) tabs.adopt(found)
        else if (found === null) tabs.conclude(undefined)
        else await renewal.renew(version)
        state.settled = doubts
      }
      if (state.settled === state.doubts) return state.current
    }
  }

  const join = (): Result<User> => (asking ??= ask().finally(() => (asking = undefined)))

  return {
    check() {
      state.doubts++
      return join()
    },
    join,
    async settle(isAction) {
      try {
        if (state.doubts !== state.settled) await join()
      } catch (error) {
        if (isAction) throw error
      }
    },
  }
}
