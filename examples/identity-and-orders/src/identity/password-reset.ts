import { createAuthenticator } from '@countersign/express'
import { onceOnly, type OneTimeStore } from '@countersign/stores'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'
import { z } from 'zod'
import { hashPassword } from './passwords.ts'
import type { Users } from './users.ts'

/** Sends a token to whoever reads the mail of an address, in the fragment of a link, which no server ever sees. */
export type SendMail = (email: string, token: string) => Promise<void>

/** What a reset needs. */
export interface ResetParts {
  readonly issuer: Issuer
  readonly store: OneTimeStore
  readonly users: Users
  readonly sessions: Sessions
  readonly sendMail: SendMail
  readonly now: () => number
}

/** What became of a reset; `unavailable`: the token is as good as before. */
export type ResetResult = 'done' | 'rejected' | 'unavailable'

/** Resets of forgotten passwords. */
export interface PasswordReset {
  /** Sends a token, if there is such a user. */
  request(email: string): Promise<void>
  /** Sets a new password and ends all sessions. */
  confirm(token: string, password: string): Promise<ResetResult>
}

/** A kind of token of its own: nothing else takes it, and no other token is taken for it. */
const TYPE = 'password-reset+jwt'
/** Seconds. */
const LIFETIME = 15 * 60

export function createPasswordReset({
  issuer,
  store,
  users,
  sessions,
  sendMail,
  now,
}: ResetParts): PasswordReset {
  const authenticator = createAuthenticator({
    ...issuer.verification(),
    audience: issuer.issuer,
    typ: TYPE,
    isRevoked: onceOnly(store, 'password-reset'), // used up, even where the change then fails
    claims: z.object({ passwordVersion: z.number() }),
    now,
  })

  return {
    async request(email) {
      const user = users.byEmail(email)
      if (user === undefined) return
      // Bound to the password that was forgotten: when that is changed, other tokens on their way are worth nothing.
      const { token } = await issuer.sign(
        { passwordVersion: user.passwordVersion },
        { typ: TYPE, audience: issuer.issuer, subject: user.id, expiresIn: LIFETIME },
      )
      await sendMail(user.email, token)
    },
    async confirm(token, password) {
      const outcome = await authenticator.authenticateToken(token)
      if (outcome.type !== 'authenticated')
        return outcome.type === 'refused' && outcome.refusal.status === 503 ? 'unavailable' : 'rejected'
      const { subject, claims } = outcome.principal
      const passwordHash = await hashPassword(password)
      if (!users.setPassword(subject, claims.passwordVersion, passwordHash)) return 'rejected'
      // Whoever knew the old password is out.
      await sessions.endAll({ subject })
      return 'done'
    },
  }
}
