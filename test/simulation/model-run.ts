import { createAuthenticator } from '@countersign/core'
import {
  memoryStore,
  StoreUnavailableError,
  subjectTagOf,
  type RotationMode,
  type Store,
} from '@countersign/stores'
import { createSessions, type Sessions } from '@countersign/sessions'
import { createTestStore } from '@countersign/testing/stores'
import type { Scheduler } from 'fast-check'
import { faultyStore, type Faults } from './faulty-store.ts'
import { createOnlooker, hold, type Limits } from './model.ts'
import { createRandom } from './random.ts'
import { START } from './timeline.ts'

/** What somebody does. `who` is a browser, counted from 0; the first two are of one user. */
export type Act =
  | { readonly type: 'refresh' | 'login' | 'logout' | 'endAll' | 'endOthers'; readonly who: number }
  /** A thief presents a token that the browser once had, so many before its last one. */
  | { readonly type: 'steal'; readonly who: number; readonly back: number }
  /** A new secret signs, and the old ones still verify. */
  | { readonly type: 'newSecret' }

/** What happens at one moment, in an order that is the scheduler's. */
export interface Round {
  /** Milliseconds since the round before. */
  readonly advance: number
  readonly acts: readonly Act[]
  /** The next rotation fails before it is written, or after. */
  readonly crash: 'before' | 'after' | undefined
}

/** Milliseconds: short enough that walks meet all of them. */
export const LIMITS: Limits = { grace: 20_000, cooldown: 30_000, idle: 600_000, absolute: 1_800_000 }

const BROWSERS = [0, 1, 2]
export const REFUSED = 'an honest refresh was refused'

interface Tab {
  readonly user: string
  /** Every refresh token that it had, the last one being its cookie. */
  readonly tokens: string[]
  access: string
}

/** What a run is told. */
export interface RunOptions {
  readonly mode: RotationMode
  /** `undefined`: the memory store. */
  readonly faults?: Faults | undefined
  /** Whether a refused refresh of a browser is a failure by itself. */
  readonly isHonest?: boolean
}

/** Lives through the rounds, and throws where an invariant does not hold. */
export async function runModel(
  scheduler: Scheduler,
  rounds: readonly Round[],
  { mode, faults, isHonest = false }: RunOptions,
): Promise<void> {
  let time = START
  const now = (): number => time
  const memory = memoryStore({ now, dangerouslyAllowInProduction: true })
  const base: Store = faults === undefined ? memory : faultyStore(now, faults)
  const onlooker = createOnlooker(base, { mode, limits: LIMITS, now })
  let isScheduled = false
  const { store, failOn } = createTestStore({
    store: { ...base, ...onlooker.store },
    latency: async () => (isScheduled ? scheduler.schedule(Promise.resolve()) : undefined),
  })
  const { bytes } = createRandom(1)
  const secrets = ['a secret of the model, the first of them, long enough']
  const newSessions = (): Sessions =>
    createSessions({
      issuer: 'https://app.example.com',
      store,
      secrets: secrets.toReversed(),
      mode,
      now,
      randomBytes: bytes,
      idleTimeout: LIMITS.idle / 1_000,
      absoluteTimeout: LIMITS.absolute / 1_000,
      ...(mode === 'strict' ? undefined : { grace: LIMITS.grace / 1_000, cooldown: LIMITS.cooldown / 1_000 }),
    })
  let sessions = newSessions()
  const tabs = BROWSERS.map((who): Tab => ({ user: who < 2 ? 'alice' : 'bob', tokens: [], access: '' }))

  async function login(tab: Tab): Promise<void> {
    const { refreshToken, accessToken } = await sessions.start({
      subject: tab.user,
      replaces: tab.tokens.at(-1),
    })
    tab.tokens.push(refreshToken)
    tab.access = accessToken
  }

  async function refresh(tab: Tab, token: string, isTheirs: boolean): Promise<void> {
    const result = await sessions.refresh(token)
    if (result.type === 'refused') {
      if (isHonest) throw new Error(`${REFUSED}: ${result.reason}`)
      return
    }
    const { refreshToken, accessToken, refreshTokenExpiresAt, accessTokenExpiresAt, session } = result.tokens
    const cap = session.createdAt + LIMITS.absolute
    hold(
      refreshTokenExpiresAt <= cap && accessTokenExpiresAt <= cap + 1_000,
      'lifetime',
      `tokens beyond ${cap}`,
    )
    // What a thief gets may be presented again, but the browser's cookie, which is the last one, stays as it is.
    tab.tokens.splice(isTheirs ? tab.tokens.length : -1, 0, refreshToken)
    if (isTheirs) tab.access = accessToken
  }

  async function act(one: Act): Promise<void> {
    if (one.type === 'newSecret') {
      secrets.push(`another secret of the model, number ${secrets.length}, long enough`)
      sessions = newSessions()
      return
    }
    const tab = tabs[one.who]!
    switch (one.type) {
      case 'login':
        return login(tab)
      case 'refresh':
        return refresh(tab, tab.tokens.at(-1)!, true)
      case 'steal': {
        const last = tab.tokens.at(-1)!
        await refresh(tab, tab.tokens.at(-1 - one.back) ?? last, false)
        return
      }
      case 'logout':
        return void (await sessions.end(tab.tokens.at(-1)!))
      case 'endAll':
        return sessions.endAll({ subject: tab.user })
      case 'endOthers': {
        const except = (await sessions.list({ subject: tab.user }))[0]?.id
        return sessions.endAll({ subject: tab.user, except })
      }
    }
  }

  /** What the store and a server that looks sessions up say of every session. */
  async function look(): Promise<void> {
    onlooker.check()
    for (const sid of onlooker.sids()) {
      const { state } = await base.checkSession(subjectTagOf(sid), sid)
      if (onlooker.isOver(sid)) hold(state !== 'live', 'ended', `the store says ${state}`)
      else hold(state === 'live', 'theft', `a session that nobody ended is ${state}`)
    }
    const authenticator = createAuthenticator({ ...sessions.verification({ liveness: { maxAge: 0 } }), now })
    for (const { access } of tabs) {
      const outcome = await authenticator.authenticateToken(access)
      if (outcome.type !== 'authenticated') continue
      hold(!onlooker.isOver(String(outcome.principal.sessionId)), 'ended', 'an access token is let in')
    }
  }

  for (const tab of tabs) await login(tab)
  for (const { advance, acts, crash } of rounds) {
    time += advance
    if (crash !== undefined) failOn('rotate', { side: crash })
    isScheduled = true
    const running = acts.map((one) => act(one).catch(passUnavailable))
    await scheduler.waitFor(Promise.all(running))
    isScheduled = false
    await look()
  }
}

/** The client keeps what it has. */
function passUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailableError)) throw error
}
