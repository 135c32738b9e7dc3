import type { Jwk } from '../engine/engine.ts'
import { publish } from '../events/events.ts'
import { Failure } from '../refusal/failure.ts'
import type { Algorithm } from '../algorithms/jws.ts'
import { announcedAge } from './announced-age.ts'
import { discoverJwksUri } from './discovery.ts'
import { fetchJson, FetchError, withoutQuery } from './fetch-json.ts'
import { createKeySet, type KeySet } from './key-set.ts'
import type { KeyAnswer, KeyQuery, KeySource } from './key-source.ts'
import { createRenewalBudget } from './renewal-budget.ts'
import { toKeyAnswer } from './static-keys.ts'
import type { VerifyKey } from './verify-key.ts'

/** How a key server is asked. Durations in milliseconds. */
export interface RemoteKeysOptions {
  readonly issuer: string
  /** Where the key set is; discovered from the issuer where it is `undefined`. */
  readonly jwksUri: URL | undefined
  readonly algorithms: readonly Algorithm[]
  readonly allowHttp: ReadonlySet<string>
  readonly timeout: number
  readonly maxBytes: number
  /**
   * Age at which keys are due, if their server does not say a shorter one; they are fetched anew, in the background,
   * from four fifths of it on.
   */
  readonly maxAge: number
  /** How long past their age keys serve while their server is down. */
  readonly staleIfError: number
  /** At most one fetch in this time for keys that we do not know; and no server can say a shorter age. */
  readonly cooldown: number
  readonly now: () => number
  readonly fetch: typeof fetch
}

const REFRESH_AHEAD = 0.8
const FIRST_RETRY = 1_000
const MAX_JWKS_KEYS = 1_000
/** Past its time-out by so many milliseconds, a request was not slow: the process was frozen while it ran. */
const FROZEN_AFTER = 1_000
/** How long a discovered address is kept before the metadata are read again. */
const DISCOVERY_MAX_AGE = 24 * 3_600_000

/** A fetched set, when it was asked for, and at which age it is due. */
interface Fetched {
  readonly keys: KeySet
  readonly at: number
  readonly maxAge: number
}

/** An attempt that is under way, since when it is, and since when its present request is. */
interface Run {
  readonly at: number
  since: number
  /** Whether it stands in for one that the process was frozen in: there is no third. */
  readonly isSecond: boolean
  done: Promise<void>
}

/** Why the last attempt failed, and when another makes sense. */
interface Outage {
  readonly cause: unknown
  readonly retryAt: number
  readonly failures: number
}

/**
 * The keys of an issuer over HTTP. Three rules make it: nobody waits for a server that is known to be down while older keys may serve;
 * whatever arrives, at most one fetch runs, and unknown keys cause at most one a cooldown; "we cannot tell" (503) is
 * never turned into "this token is bad" (401).
 */
export function remoteKeys(options: RemoteKeysOptions): KeySource {
  return new RemoteKeys(options)
}

class RemoteKeys implements KeySource {
  readonly #options: RemoteKeysOptions
  readonly #mayRenew: () => boolean
  #fetched: Fetched | undefined
  #outage: Outage | undefined
  #lastAttempt = Number.NEGATIVE_INFINITY
  #running: Run | undefined
  #located: { readonly url: URL; readonly at: number } | undefined

  constructor(options: RemoteKeysOptions) {
    this.#options = options
    this.#mayRenew = createRenewalBudget(options.now)
  }

  find({ kid, algorithm }: KeyQuery): KeyAnswer | Promise<KeyAnswer> {
    const fetched = this.#fetched
    if (fetched === undefined || !this.#isFresh(fetched)) return this.#findAfterRefresh(kid, algorithm)
    this.#refreshAhead(fetched)
    const match = fetched.keys.match(kid, algorithm)
    // The new key under an old name may be of another kind.
    if (match.found === 'algorithm_not_allowed' && kid !== undefined) this.suspect()
    return match.found === 'nothing'
      ? this.#findUnknown(kid, algorithm, new Failure('key_unknown'))
      : toKeyAnswer(match)
  }

  suspect(): void {
    if (this.#isBackingOff() || !this.#mayRenew()) return
    // It leaves alone when keys that we do not know may be asked for: forged tokens must not hold those up.
    const lastAttempt = this.#lastAttempt
    void this.#refresh()
    this.#lastAttempt = lastAttempt
  }

  async findNewer({ kid, algorithm }: KeyQuery, tried: readonly VerifyKey[]): Promise<KeyAnswer> {
    const answer = await this.#findUnknown(kid, algorithm, new Failure('signature_invalid'))
    if (answer instanceof Failure) return answer
    const newer = answer.filter((key) => !tried.includes(key))
    return newer.length > 0 ? newer : new Failure('signature_invalid')
  }

  async ready(): Promise<void> {
    if (this.#fetched !== undefined && this.#isFresh(this.#fetched)) return
    await this.#refresh()
    if (this.#outage !== undefined) throw this.#outage.cause
  }

  /** There is no set, or it is past its age. */
  async #findAfterRefresh(kid: string | undefined, algorithm: Algorithm): Promise<KeyAnswer> {
    const refreshed = this.#isBackingOff() ? undefined : this.#refresh()
    const knownToBeDown = this.#outage !== undefined
    const old = this.#fetched
    // Nobody waits for a server that is known to be down while older keys may serve; one try runs behind them.
    if (!(knownToBeDown && old !== undefined && this.#isUsable(old))) await refreshed
    const fetched = this.#fetched
    if (fetched === undefined || !this.#isUsable(fetched)) return this.#unavailable(this.#outage?.retryAt)
    if (!this.#isFresh(fetched)) {
      const age = (this.#options.now() - fetched.at) / 1_000
      publish('countersign:keys:stale', { issuer: this.#options.issuer, age })
    }
    const match = fetched.keys.match(kid, algorithm)
    if (match.found === 'nothing' && this.#outage !== undefined)
      return this.#unavailable(this.#outage.retryAt)
    return toKeyAnswer(match)
  }

  /** The set is fresh by age, but has no such key, or none that verified the token. */
  async #findUnknown(kid: string | undefined, algorithm: Algorithm, otherwise: Failure): Promise<KeyAnswer> {
    const nextFetch = this.#lastAttempt + this.#options.cooldown
    if (this.#running === undefined && this.#isCoolingDown()) {
      return this.#outage === undefined ? otherwise : this.#unavailable(nextFetch)
    }
    await this.#refresh()
    if (this.#outage !== undefined || this.#fetched === undefined) {
      return this.#unavailable(this.#lastAttempt + this.#options.cooldown)
    }
    const match = this.#fetched.keys.match(kid, algorithm)
    return match.found === 'nothing' ? otherwise : toKeyAnswer(match)
  }

  #refreshAhead(fetched: Fetched): void {
    if (this.#options.now() - fetched.at < fetched.maxAge * REFRESH_AHEAD) return
    if (!this.#isBackingOff()) void this.#refresh()
  }

  /**
   * Single flight. Never rejects: the outcome is in `#fetched` and `#outage`. A process that was frozen while it asked (a
   * Lambda, a laptop) asks anew: what becomes of the old attempt says nothing of how things are.
   */
  #refresh(isSecond = false): Promise<void> {
    const { now, maxAge } = this.#options
    const at = now()
    // What began so long ago can bring nothing that is fresh.
    if (this.#running !== undefined && at - this.#running.at < maxAge) return this.#running.done
    const run: Run = { at, since: at, isSecond, done: Promise.resolve() }
    this.#running = run
    run.done = this.#attempt(run)
    return run.done
  }

  async #attempt(run: Run): Promise<void> {
    const isOver = await this.#fetch(run)
    // Whoever waits for an attempt that was given up gets what the one in its place finds.
    if (this.#running !== run) return this.#running?.done
    this.#running = undefined
    return isOver ? undefined : this.#refresh(true)
  }

  /** @returns whether that is all: not where the process was frozen meanwhile, and nothing fresh came of it */
  async #fetch(run: Run): Promise<boolean> {
    const { at } = run
    this.#lastAttempt = at
    try {
      const options = { ...this.#options, fetch: this.#timed(run) }
      const url = await this.#locate(at, options)
      const { body, headers } = await fetchJson(url, options)
      if (this.#running !== run) return true
      const keys = this.#read(url, body)
      this.#fetched = { keys, at, maxAge: this.#maxAgeOf(headers) }
      this.#outage = undefined
      publish('countersign:keys:refreshed', { url: withoutQuery(url), keys: keys.size })
      return this.#isFresh(this.#fetched) || !this.#wasFrozen(run)
    } catch (cause) {
      if (this.#running !== run) return true
      // The address may have moved with the server.
      this.#located = undefined
      if (this.#wasFrozen(run)) return false
      this.#fail(cause)
      return true
    }
  }

  #fail(cause: unknown): void {
    const { issuer, now, cooldown } = this.#options
    const failures = (this.#outage?.failures ?? 0) + 1
    const wait = Math.min(FIRST_RETRY * 2 ** (failures - 1), cooldown)
    this.#outage = { cause, failures, retryAt: now() + wait }
    publish('countersign:keys:failed', { issuer, cause })
  }

  /** The same `fetch`, which notes when each request begins. */
  #timed(run: Run): typeof fetch {
    const { fetch: get, now } = this.#options
    return (input, init) => {
      run.since = now()
      return get(input, init)
    }
  }

  #wasFrozen({ since, isSecond }: Run): boolean {
    const { now, timeout } = this.#options
    return !isSecond && now() - since > timeout + FROZEN_AFTER
  }

  async #locate(at: number, options: RemoteKeysOptions): Promise<URL> {
    const { issuer, jwksUri } = options
    if (jwksUri !== undefined) return jwksUri
    if (this.#located !== undefined && at - this.#located.at < DISCOVERY_MAX_AGE) return this.#located.url
    const url = await discoverJwksUri(issuer, options)
    this.#located = { url, at }
    return url
  }

  #read(url: URL, body: Record<string, unknown>): KeySet {
    const list = body['keys']
    if (!Array.isArray(list)) throw new FetchError(url, 'answered no JWK set')
    if (list.length > MAX_JWKS_KEYS) throw new FetchError(url, `answered more than ${MAX_JWKS_KEYS} keys`)
    const keys = createKeySet(list as Jwk[], {
      algorithms: this.#options.algorithms,
      unnamedFitAll: false,
      previous: this.#fetched?.keys,
    })
    for (const { kid, reason } of keys.unfit) {
      publish('countersign:keys:skipped', { issuer: this.#options.issuer, kid, reason })
    }
    // A server in trouble may say so with an empty list: nobody is logged out by that, as by no other fault of it.
    if (keys.size === 0) throw new FetchError(url, 'answered no key that can be used here', { status: 200 })
    return keys
  }

  /** What the server says may shorten the age, so that keys which it removes go as early as it promises to others. */
  #maxAgeOf(headers: Headers): number {
    const { maxAge, cooldown } = this.#options
    return Math.min(maxAge, Math.max(announcedAge(headers) ?? maxAge, cooldown))
  }

  #isFresh(fetched: Fetched): boolean {
    const age = this.#options.now() - fetched.at
    return age >= 0 && age < fetched.maxAge // a clock set back makes keys due, not eternal
  }

  #isUsable(fetched: Fetched): boolean {
    const { now, staleIfError } = this.#options
    return Math.abs(now() - fetched.at) < fetched.maxAge + staleIfError
  }

  #isBackingOff(): boolean {
    if (this.#outage === undefined) return false
    const left = this.#outage.retryAt - this.#options.now()
    return left > 0 && left <= this.#options.cooldown
  }

  #isCoolingDown(): boolean {
    const since = this.#options.now() - this.#lastAttempt
    return since >= 0 && since < this.#options.cooldown
  }

  #unavailable(retryAt = 0): Failure {
    const wait = Math.min(Math.max(retryAt - this.#options.now(), FIRST_RETRY), this.#options.cooldown)
    return new Failure('keys_unavailable', { retryAfter: wait / 1_000, cause: this.#outage?.cause })
  }
}
