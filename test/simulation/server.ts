/** What a server answered. */
export interface Answer {
  readonly status: number
  /** Values of `Set-Cookie`. */
  readonly setCookie: readonly string[]
  /** When the access token ends, in milliseconds since the epoch; `undefined` where there is none. */
  readonly expiresAt: number | undefined
}

/** Sessions with rotating refresh tokens in cookies, as browsers see them. Every call is one request. */
export interface Server {
  readonly login: (user: string, cookies: string) => Promise<Answer>
  readonly refresh: (cookies: string) => Promise<Answer>
  readonly logout: (cookies: string) => Promise<Answer>
  /** Whether the access token is let in. */
  readonly check: (cookies: string) => Promise<Answer>
}

/** What a server is made with. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly bytes: (length: number) => Uint8Array
  /** How many processes take turns at random. */
  readonly replicas: number
  readonly below: (bound: number) => number
}

/** Seconds for which access tokens are good. */
export const ACCESS_LIFE = 300
/** Seconds in which rivals forgive a repetition: as long as our `grace`. */
export const LEEWAY = 30

/** The refresh token among cookies. */
export function refreshTokenOf(cookies: string): string | undefined {
  return /(?:^|; )__Host-refresh=([^;]+)/.exec(cookies)?.[1]
}

/** The refresh token that an answer sets. */
export function refreshTokenIn({ setCookie }: Answer): string | undefined {
  return setCookie
    .map((line) => /^__Host-refresh=([^;]+)/.exec(line)?.[1])
    .find((value) => value !== undefined)
}
