import { revocationLifetime, type RotationMode, type SessionStore } from '@countersign/stores'
import {
  assertNames,
  type NamesOf,
  OptionError,
  optionalBoolean,
  optionalFunction,
  optionalNumber,
  optionalString,
  readCookiePolicy,
  stringList,
  type CookiePolicy,
  type MaybePromise,
} from '@countersign/core/toolkit'
import { createIssuer, type Issuer, type PrivateClaims } from '@countersign/issuer'
import type { SessionInfo } from './session-info.ts'
import { deriveKeys, type DerivedKeys, type SessionSecret } from './token/secrets.ts'

/** What the access tokens of a session say beyond what its start said. */
export interface SessionClaims {
  /** Default: those of the start. */
  readonly roles?: readonly string[] | undefined
  /** Those of the start, or fewer: what the session was not started with is left out (RFC 6749 section 6). */
  readonly scope?: readonly string[] | undefined
  /** Default: those of the start. */
  readonly claims?: PrivateClaims | undefined
}

/** Options of {@link createSessions}. */
export interface SessionsOptions {
  /**
   * Who signs access tokens: an issuer, or a URL. With a URL they are signed with a key that is derived from `secrets`
   * (HS256), which is all that one server needs.
   */
  readonly issuer: Issuer | string
  /** Where sessions are kept. */
  readonly store: SessionStore
  /**
   * At least 32 random bytes each, the current one first. A new one is first put last on all servers, then first; the
   * old one stays for `absoluteTimeout`.
   */
  readonly secrets: readonly SessionSecret[]

  /** Own origins: those under which browsers reach the session routes. Required for cookies. Default none. */
  readonly origin?: string | readonly string[] | undefined
  /** Foreign origins whose pages may act with the cookies, each spelled out. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Also takes CSRF tokens (`X-CSRF-Token`), for clients that send no `Origin`. Default false. */
  readonly csrfTokens?: boolean | undefined
  /** `strict`: links from elsewhere arrive signed out. Default `lax`. */
  readonly sameSite?: 'lax' | 'strict' | undefined
  /**
   * Cookies over plain http on this machine, for development. Throws where `NODE_ENV` is `production`, or where `origin` is on
   * another machine. Default false.
   */
  readonly insecureLocalhost?: boolean | undefined

  /**
   * `aud` of access tokens. Refresh tokens are bound to it: sessions of which no server is in it any more are not
   * recognized, so a new name is first added, and the old one goes an `absoluteTimeout` later. Default: the issuer's.
   */
  readonly audience?: string | readonly string[] | undefined
  /** Seconds that access tokens live, up to 5 % less, and never longer than their session. Default: the issuer's, which is 600. */
  readonly expiresIn?: number | undefined
  /**
   * `client_id` of access tokens and of sessions that name none. Applications that share store, secrets, issuer and audience
   * need one each, or one takes the refresh tokens of the other. Default: the issuer's, or `web`.
   */
  readonly clientId?: string | undefined
  /** How racing and repeated refreshes are told from theft. Default `grace`. */
  readonly mode?: RotationMode | undefined
  /** Seconds after a rotation in which the current refresh token is not rotated again. Default 30, in `strict` 0. */
  readonly cooldown?: number | undefined
  /** Seconds after a rotation in which its parent is still good. Default 30, in `strict` 0. */
  readonly grace?: number | undefined
  /** Seconds without a refresh after which a session is over. A session keeps what it began with. Default 604800 (7 days). */
  readonly idleTimeout?: number | undefined
  /** Seconds after its start at which a session is over, whatever happens. A session keeps what it began with. Default 2592000 (30 days). */
  readonly absoluteTimeout?: number | undefined
  /** How many sessions a user may have at once. Default: no limit. */
  readonly maxSessions?: number | undefined
  /** Over `maxSessions`: refuse the new one, or end the oldest. Default `evict`. */
  readonly overLimit?: 'deny' | 'evict' | undefined
  /**
   * Whether the store is asked after logins, in the background, to delete what is over: a batch of 100 rows a minute, and
   * after every login while batches come back full. `false`: somebody else calls `store.prune()`, or
   * `countersign store prune`. Default true.
   */
  readonly prune?: boolean | undefined
  /** Asked for each access token, so that roles that were taken away are gone with the next one. Default: as at the start. */
  readonly claims?: ((session: SessionInfo) => MaybePromise<SessionClaims>) | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests; the store has its own. */
  readonly now?: (() => number) | undefined
  /** Random bytes. Default those of `node:crypto`. For tests. */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined
}

/** Options, judged. Times in milliseconds. */
export interface SessionsPolicy {
  readonly issuer: Issuer
  readonly keys: readonly DerivedKeys[]
  readonly audience: string | readonly string[]
  readonly clientId: string
  /** Seconds. */
  readonly expiresIn: number
  readonly mode: RotationMode
  readonly cooldown: number
  readonly grace: number
  readonly idleTimeout: number
  readonly absoluteTimeout: number
  /** How long verifiers must know that a session ended. */
  readonly revokeFor: number
  readonly maxSessions: number | undefined
  readonly overLimit: 'deny' | 'evict'
  readonly prune: boolean
  readonly sameSite: 'lax' | 'strict'
  readonly insecureLocalhost: boolean
  /** `undefined` where no `origin` is given: then there are no cookies. */
  readonly cookie: CookiePolicy | undefined
  /** What CSRF tokens are made with; `undefined` where none are taken. */
  readonly csrfSecrets: readonly SessionSecret[] | undefined
  readonly claims: SessionsOptions['claims']
  /** `undefined`: the time of day. */
  readonly now: SessionsOptions['now']
}

const OPTION_NAMES = {
  issuer: true,
  store: true,
  secrets: true,
  origin: true,
  allowedOrigins: true,
  csrfTokens: true,
  sameSite: true,
  insecureLocalhost: true,
  audience: true,
  clientId: true,
  expiresIn: true,
  mode: true,
  cooldown: true,
  grace: true,
  idleTimeout: true,
  absoluteTimeout: true,
  maxSessions: true,
  overLimit: true,
  prune: true,
  claims: true,
  now: true,
  randomBytes: true,
} as const satisfies NamesOf<SessionsOptions>

const MODES: readonly RotationMode[] = ['grace', 'untilUsed', 'strict']

/**
 * Judges the options.
 * @throws `OptionError` naming the option and the remedy
 */
export function readSessionsPolicy(options: SessionsOptions): SessionsPolicy {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('issuer', 'is missing: give options, at least { issuer, store, secrets }')
  assertNames<SessionsOptions>(options, OPTION_NAMES, 'options')
  const { mode = 'grace', sameSite = 'lax', overLimit = 'evict', store } = options
  const insecureLocalhost = optionalBoolean(options, 'insecureLocalhost')
  const now = optionalFunction(options, 'now')
  optionalFunction(options, 'randomBytes')
  if (typeof store?.rotate !== 'function' || typeof store.createSession !== 'function') {
    throw new OptionError(
      'store',
      'is required: where sessions are kept, for example sqliteStore() or redisStore()',
    )
  }
  oneOf('mode', mode, MODES)
  oneOf('sameSite', sameSite, ['lax', 'strict'])
  oneOf('overLimit', overLimit, ['deny', 'evict'])
  const keys = deriveKeys(options.secrets)
  const issuer = typeof options.issuer === 'string' ? ownIssuer(options.issuer, keys, now) : options.issuer
  if (typeof issuer?.accessToken !== 'function') {
    throw new OptionError('issuer', 'is required: what createIssuer() answers, or a URL')
  }
  const audience = options.audience ?? issuer.audience
  if (audience === undefined) throw new OptionError('audience', 'is required where the issuer has no default')
  stringList({ audience }, 'audience')
  if (JSON.stringify(audience).length > 2_000) {
    throw new OptionError(
      'audience',
      'is too long to be in every token: name fewer servers, or use shorter names',
    )
  }
  if (optionalString(options, 'clientId') === '') throw new OptionError('clientId', 'must not be empty')
  return Object.freeze({
    issuer,
    keys,
    audience,
    clientId: options.clientId ?? issuer.clientId ?? 'web',
    expiresIn: readExpiresIn(options, issuer),
    mode,
    ...readTimes(options, mode),
    revokeFor: revocationLifetime(issuer.maxExpiresIn),
    maxSessions:
      options.maxSessions === undefined
        ? undefined
        : Math.floor(optionalNumber(options, 'maxSessions', { default: 0, min: 1, unit: 'sessions' })),
    overLimit,
    prune: options.prune === undefined || optionalBoolean(options, 'prune'),
    sameSite,
    insecureLocalhost,
    cookie: readCookies(options),
    csrfSecrets: optionalBoolean(options, 'csrfTokens') ? options.secrets : undefined,
    claims: optionalFunction(options, 'claims'),
    now,
  })
}

/** Longest life of a cookie that browsers grant (draft-ietf-httpbis-rfc6265bis section 5.5): 400 days. */
export const MAX_SECONDS: number = 400 * 86_400

function readTimes(
  options: SessionsOptions,
  mode: RotationMode,
): Pick<SessionsPolicy, 'cooldown' | 'grace' | 'idleTimeout' | 'absoluteTimeout'> {
  const seconds = (option: keyof SessionsOptions, fallback: number, min: number, max = MAX_SECONDS): number =>
    optionalNumber(options, option, { default: fallback, min, max, unit: 'seconds' })
  if (mode === 'strict') {
    for (const option of ['cooldown', 'grace'] as const) {
      if (options[option] !== undefined && options[option] !== 0) {
        throw new OptionError(option, 'has no effect in mode "strict", in which every token is good once')
      }
    }
  }
  const fallback = mode === 'strict' ? 0 : 30
  const grace = seconds('grace', fallback, 0, 3_600)
  const cooldown = seconds('cooldown', fallback, 0, 3_600)
  if (cooldown < grace) {
    throw new OptionError(
      'cooldown',
      `must not be shorter than grace, which is ${grace}: two rotations within it would end the session`,
    )
  }
  const absolute = seconds('absoluteTimeout', 2_592_000, 1)
  const idle = seconds('idleTimeout', Math.min(604_800, absolute), 1)
  if (idle > absolute) throw new OptionError('idleTimeout', 'must not be longer than absoluteTimeout')
  if (idle <= cooldown) throw new OptionError('idleTimeout', 'must be longer than cooldown')
  return {
    grace: Math.round(grace * 1_000),
    cooldown: Math.round(cooldown * 1_000),
    idleTimeout: Math.round(idle * 1_000),
    absoluteTimeout: Math.round(absolute * 1_000),
  }
}

function readCookies(options: SessionsOptions): CookiePolicy | undefined {
  const { origin, allowedOrigins, insecureLocalhost = false } = options
  const csrfTokens = optionalBoolean(options, 'csrfTokens')
  if (origin === undefined) {
    for (const option of ['allowedOrigins', 'csrfTokens', 'insecureLocalhost', 'sameSite'] as const) {
      if (options[option]) throw new OptionError(option, 'has no effect without "origin", which cookies need')
    }
    return undefined
  }
  return readCookiePolicy({
    issuer: '',
    audience: null,
    cookie: insecureLocalhost ? 'access' : '__Host-access',
    origin,
    ...(allowedOrigins === undefined ? undefined : { allowedOrigins }),
    ...(csrfTokens ? { csrfSecrets: options.secrets } : undefined),
    insecureLocalhost,
  })
}

/** Asked of the issuer once at start, so that no login fails for it. */
function readExpiresIn(options: SessionsOptions, { expiresIn, maxExpiresIn }: Issuer): number {
  const bounds = { default: expiresIn, min: 1, max: maxExpiresIn, unit: 'seconds' }
  const seconds = optionalNumber(options, 'expiresIn', bounds)
  if (!Number.isInteger(seconds)) throw new OptionError('expiresIn', 'must be a whole number of seconds')
  return seconds
}

/** For one server: its own tokens, signed with what it has anyway. */
function ownIssuer(url: string, keys: readonly DerivedKeys[], now: SessionsOptions['now']): Issuer {
  return createIssuer({
    issuer: url,
    audience: url,
    algorithm: 'HS256',
    secret: keys.map(({ access }) => access),
    now,
  })
}

function oneOf(option: string, value: unknown, values: readonly string[]): void {
  if (!values.includes(value as string)) {
    throw new OptionError(option, `must be one of ${values.map((one) => `"${one}"`).join(', ')}`)
  }
}
