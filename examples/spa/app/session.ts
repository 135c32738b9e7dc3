import { createSession, type SessionDocument } from '@countersign/client'
import type { SessionUser } from '../src/shared/api.ts'

/** The one session of this application. */
export const session = createSession<SessionUser>({ base: '/auth' })

export type Current = SessionDocument<SessionUser>
