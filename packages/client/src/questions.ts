import type { Call } from './call.ts'
import type { SessionDocument } from './document.ts'
import { readFinding, type Renewal } from './renewal.ts'
import type { State } from './state.ts'
import type { Tabs } from './tabs.ts'

type Result<User> = Promise<SessionDocument<User> | undefined>

/** Asking the server who is signed in. */
export interface Questions<User> {
  /** Asks anew: the answer to a question under way may be older than the reason for this one. */
  readonly check: () => Result<User>
  /** Joins a question under way, or asks. */
  readonly join: () => Result<User>
  /** Resolves when the server has answered all questions. An action needs their answers; anything else goes on without. */
  readonly settle: (isAction: boolean) => Promise<void>
}

/** What asking needs. */
export interface QuestionParts<User> {
  readonly call: Call
  readonly state: State<User>
  readonly tabs: Pick<Tabs<User>, 'adopt' | 'conclude'>
  readonly renewal: Pick<Renewal<User>, 'renew'>
}

/** Makes the ways to ask the server who is signed in. */
export function createQuestions<User>({ call, state, tabs, renewal }: QuestionParts<User>): Questions<User> {
  let asking: Result<User> | undefined

  /** Asks until an answer is newer than all reasons to ask. */
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
