import { assertNames, optionError } from './option-error.ts'
import { browser, type Platform } from './platform.ts'

/** Options of `createSession()`. */
export interface SessionOptions {
  /** Where the session routes are, such as `/auth`: on the page's own origin, as the cookies are. */
  readonly base: string
  /**
   * How long a call to the session routes may take, and how long another tab is waited for, in milliseconds.
   * Default 10000.
   */
  readonly timeout?: number
  /**
   * Renews the access token before it ends while the page is visible, for what does not go through `session.fetch`:
   * images, downloads, `EventSource`. A page that is left open then never ends by `idleTimeout`. Default false.
   */
  readonly keepAlive?: boolean
  /** Parts of the browser, for tests. Default: the browser's own. */
  readonly platform?: Platform
}

/**
 * The address of the session routes, of options that are validated. It is made from the page's own address, since a `<base>` in the document would lead
 * other relative addresses, and passwords with them, elsewhere.
 * @throws `TypeError` naming the option and the remedy
 */
export function readBase({ base, ...others }: SessionOptions): string {
  assertNames(others, { timeout: 0, keepAlive: 0, platform: 0 } satisfies Record<keyof typeof others, 0>)
  if (typeof base !== 'string') throw optionError('base', 'must be a path, such as "/auth"')
  const { location } = browser()
  const url = location ? new URL(base, location.href) : undefined
  if (url && url.origin !== location?.origin) throw optionError('base', 'must be on the origin of the page')
  return (url?.href ?? base).replace(/\/$/, '')
}
