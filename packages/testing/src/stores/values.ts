export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY: number = 24 * HOUR

export const COOLDOWN: number = 30 * SECOND
export const GRACE: number = 30 * SECOND
export const IDLE: number = 14 * DAY
export const ABSOLUTE: number = 90 * DAY
/** How long entries of the log live. */
export const REVOKE_FOR: number = 15 * MINUTE

/** The subject that cases act for, and one that nothing may happen to. */
export const ALICE = 'YWxpY2U'
export const BOB = 'Ym9i'

/** Of all tokens, unless a case says otherwise. */
export const ISSUER = 'https://auth.example.com'
