import type { Sessions } from '@countersign/sessions'
import { subscribe } from 'node:diagnostics_channel'

export const alerts: unknown[] = []
const alertSomebody = (event: unknown): unknown => alerts.push(event)

// #region events
subscribe('countersign:session:reused', (event) => alertSomebody(event)) // { sessionId, subject, … }, never a token
// #endregion

/** What support and operations do with sessions. */
export async function administer(sessions: Sessions, user: { id: string }, backup: { takenAt: Date }) {
  // #region manage
  const devices = await sessions.list({ subject: user.id }) // the newest first
  await sessions.revoke(devices[0]!.id, { subject: user.id }) // signs that device out
  await sessions.endAll({ subject: user.id }) // "sign out everywhere", "disable this user"
  // #endregion
  // #region recover
  await sessions.recover({ since: backup.takenAt }) // before the application starts again
  // #endregion
  // #region impersonate
  const { accessToken } = await sessions.impersonate({
    subject: user.id,
    actor: { subject: 'support-7' },
    expiresIn: 300, // seconds, at most 900
  })
  // #endregion
  return { devices, accessToken }
}
