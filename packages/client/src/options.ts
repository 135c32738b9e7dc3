import { assertNames, optionError } from './option-error.ts'
import { browser, type Platform } from './platform.ts'

/** Options of `createSession()`. */
export interface SessionOptions {
  /** The path of the session routes, such as `/auth`. It must be on the page's own origin, as the cookies are. */
  readonly base: string
  /**
   * The maximum time for a call to the session routes, and for waiting for another tab, in milliseconds. Default 10000.
   */
  readonly timeout?: number
  /**
   * Renews the access token before it expires while the page is visible. For requests that do not use `session.fetch`:
   * images, downloads, `EventSource`. A page that stays open then never reaches `idleTimeout`. Default false.
   */
  readonly keepAlive?: boolean
  /** Replacements for parts of the browser, for tests. Default: the browser's own. */
  readonly platform?: Platform
}

/**
 * Validates the options and returns the URL of the session routes. The URL is resolved against the page's own address:
 * a `<base>` in the document could send other relative addresses, and the passwords with them, to another server.
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
