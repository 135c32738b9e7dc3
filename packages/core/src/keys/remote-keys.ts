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

/** Options for requests to a key server. Durations in milliseconds. */
export interface RemoteKeysOptions {
  readonly issuer: string
  /** URL of the key set; `undefined` if it is discovered from the issuer. */
  readonly jwksUri: URL | undefined
  readonly algorithms: readonly Algorithm[]
  readonly allowHttp: ReadonlySet<string>
  readonly timeout: number
  readonly maxBytes: number
  /**
   * Age at which keys are due, unless their server sets a shorter one. From four fifths of it on they are refreshed
   * in the background.
   */
  readonly maxAge: number
  /** How long past their age keys stay in use while their server is down. */
  readonly staleIfError: number
  /** Unknown keys cause at most one fetch in this time. Also the shortest age that a server can set. */
  readonly cooldown: number
  readonly now: () => number
  readonly fetch: typeof fetch
}

const REFRESH_AHEAD = 0.8
const FIRST_RETRY = 1_000
const MAX_JWKS_KEYS = 1_000
/** If a request ends this many milliseconds after its time-out, it was not slow: the process was frozen meanwhile. */
const FROZEN_AFTER = 1_000
/** How long a discovered address is kept before the metadata are read again. */
const DISCOVERY_MAX_AGE = 24 * 3_600_000

/** A fetched set, when it was requested, and at which age it is due. */
interface Fetched {
  readonly keys: KeySet
  readonly at: number
  readonly maxAge: number
}

/** A running attempt, its start, and the start of its current request. */
interface Run {
  readonly at: number
  since: number
  /** Whether it replaces an attempt during which the process was frozen. There is no second replacement. */
  readonly isSecond: boolean
  done: Promise<void>
}

/** Why the last attempt failed, and when a retry makes sense. */
interface Outage {
  readonly cause: unknown
  readonly retryAt: number
  readonly failures: number
}

/**
 * The keys of an issuer over HTTP. Three rules: no request waits for a server that is known to be down while older
 * keys may be used; at most one fetch runs at a time, and unknown keys cause at most one per cooldown; "we cannot
 * tell" (503) is never turned into "this token is bad" (401).
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
    // The new key under an old `kid` may be of another type.
    if (match.found === 'algorithm_not_allowed' && kid !== undefined) this.suspect()
    return match.found === 'nothing'
      ? this.#findUnknown(kid, algorithm, new Failure('key_unknown'))
      : toKeyAnswer(match)
  }

  suspect(): void {
    if (this.#isBackingOff() || !this.#mayRenew()) return
    // The time of the last attempt stays as it was: forged tokens must not delay the fetch for unknown keys.
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
    // No request waits for a server that is known to be down while older keys may be used. One retry runs in the
    // background.
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

  /** The age of the set is fine, but it has no such key, or none that verified the token. */
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
   * At most one at a time. Never rejects: the outcome is in `#fetched` and `#outage`. If the process was frozen
   * during an attempt (a Lambda, a laptop), a new one starts: the old one says nothing about the present.
   */
  #refresh(isSecond = false): Promise<void> {
    const { now, maxAge } = this.#options
    const at = now()
    // An attempt that began so long ago cannot return anything fresh.
    if (this.#running !== undefined && at - this.#running.at < maxAge) return this.#running.done
    const run: Run = { at, since: at, isSecond, done: Promise.resolve() }
    this.#running = run
    run.done = this.#attempt(run)
    return run.done
  }

  async #attempt(run: Run): Promise<void> {
    const isOver = await this.#fetch(run)
    // Callers that wait for an abandoned attempt get the result of its replacement.
    if (this.#running !== run) return this.#running?.done
    this.#running = undefined
    return isOver ? undefined : this.#refresh(true)
  }

  /**
   * @returns false if the process was frozen meanwhile, and nothing fresh was fetched; then another attempt is needed
   */
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
      // The URL may have changed with the server.
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

  /** The same `fetch`, which records when each request begins. */
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
    if (!Array.isArray(list)) throw new FetchError(url, 'returned no JWK set')
    if (list.length > MAX_JWKS_KEYS) throw new FetchError(url, `returned more than ${MAX_JWKS_KEYS} keys`)
    const keys = createKeySet(list as Jwk[], {
      algorithms: this.#options.algorithms,
      unnamedFitAll: false,
      previous: this.#fetched?.keys,
    })
    for (const { kid, reason } of keys.unfit) {
      publish('countersign:keys:skipped', { issuer: this.#options.issuer, kid, reason })
    }
    // A server in trouble may return an empty list. As with its other faults, users stay signed in.
    if (keys.size === 0) throw new FetchError(url, 'returned no key that can be used here', { status: 200 })
    return keys
  }

  /** The server may shorten the age, so that keys which it removes disappear as early as it promises. */
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
