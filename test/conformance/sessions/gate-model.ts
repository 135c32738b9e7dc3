import { ALLOWED, OWN } from './session-app.ts'

/** What `Sec-Fetch-Site` may say: the values of its header lines. */
export const SITES = {
  absent: [],
  'same-origin': ['same-origin'],
  'same-site': ['same-site'],
  'cross-site': ['cross-site'],
  none: ['none'],
  garbage: ['sideways'],
  'two headers': ['same-origin', 'cross-site'],
} as const satisfies Record<string, readonly string[]>

/** What `Origin` may say. */
export const ORIGINS = {
  absent: [],
  null: ['null'],
  own: [OWN],
  allowed: [ALLOWED],
  foreign: ['https://attacker.test'],
  'own with port': [`${OWN}:443`],
  'trailing dot': [`${OWN}.`],
  uppercase: [OWN.toUpperCase()],
  'two headers': [OWN, 'https://attacker.test'],
} as const satisfies Record<string, readonly string[]>

/** Which CSRF token the page sends. */
export const TOKENS = ['none', 'own', 'of another session', 'tampered'] as const

export type Site = keyof typeof SITES
export type Origin = keyof typeof ORIGINS
export type Token = (typeof TOKENS)[number]

/** All that the gate may look at. */
export interface Picture {
  readonly site: Site
  readonly origin: Origin
  readonly token: Token
}

/** Every picture there is: the three decide together, so none is left out. */
export const PICTURES: readonly Picture[] = (Object.keys(SITES) as Site[]).flatMap((site) =>
  (Object.keys(ORIGINS) as Origin[]).flatMap((origin) => TOKENS.map((token) => ({ site, origin, token }))),
)

/**
 * Whether the gate lets a request through that changes something, by the words of the design alone: `same-origin`
 * passes; `same-site` and `cross-site` need an origin that is allowed to the letter; without a site, or with `none`, the
 * origin must be an own one, or one of those. A header that came twice, or says what no browser says, proves nothing.
 * What has no proof passes with a CSRF token of the session, and in no other way; a login has no session yet.
 */
export function isAdmitted({ site, origin, token }: Picture, hasSession: boolean): boolean {
  const isKnown = origin !== 'two headers'
  const proved =
    (site === 'same-origin' && isKnown) ||
    (['same-site', 'cross-site'].includes(site) && origin === 'allowed') ||
    (['absent', 'none'].includes(site) && ['own', 'allowed'].includes(origin))
  return proved || (hasSession && token === 'own')
}
