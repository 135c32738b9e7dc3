import { about, publish } from '../events/session-events.ts'
import type { SessionTokens } from '../token/mint.ts'
import { isSessionId } from '../token/refresh-token.ts'
import { tagOf, tagsOf } from '../token/secrets.ts'
import { announceEnd, endSession } from './end.ts'
import { newSession } from './new-session.ts'
import type { ServiceParts } from './service-parts.ts'
import { sessionLimit, SessionLimitError } from './session-limit.ts'
import { assertStart, dataOf, type StartInput } from './start-input.ts'

/** `sessions.start()`, without the housekeeping afterwards. */
export async function start(parts: ServiceParts, input: StartInput): Promise<SessionTokens> {
  assertStart(input)
  const { policy, mint, now } = parts
  const { store, idleTimeout, absoluteTimeout, overLimit } = policy.service
  const { session: row, secret } = newSession(parts, input, dataOf(input, now()))
  const replaces = await replacedBy(parts, input)
  const tags = tagsOf(policy.token.keys, input)
  const { limit, evicted } = await sessionLimit(store, policy.service, tags, replaces)
  for (const other of evicted) await endSession(parts, other, 'evicted')
  const created = await store.createSession({
    session: row,
    idleTimeout,
    absoluteTimeout,
    revokeFor: policy.token.revokeFor,
    since: undefined,
    limit,
    overLimit,
    replaces,
  })
  const { session } = created
  if (session === undefined) throw new SessionLimitError()
  for (const other of created.evicted) announceEnd(parts, other, 'evicted')
  // If the replaced session has the same tag, the store ended it on creation. If it has another tag, it must be ended
  // here.
  if (replaces !== undefined && tagOf(replaces) === tagOf(session.sid))
    announceEnd(parts, replaces, 'replaced')
  else if (replaces !== undefined) await endSession(parts, replaces, 'replaced')
  const all = [...evicted, ...created.evicted]
  publish('countersign:session:created', { ...about(session), ip: input.ip, evicted: all })
  try {
    return mint.complete(await mint.access(session, created.now), session, secret)
  } catch (error) {
    // Its tokens will never be used.
    await endSession(parts, session.sid, 'revoked').catch(() => undefined)
    throw error
  }
}

/**
 * The session that a login replaces. By a refresh token it may be any user's session. By id it must be the user's own:
 * ids are not secret, and the cookie they come from can be forged. In all other cases, or if the session is over, there
 * is none.
 */
async function replacedBy(
  { policy, tokens }: ServiceParts,
  { replaces, ...owner }: StartInput,
): Promise<string | undefined> {
  if (replaces === undefined) return undefined
  const token = tokens.read(replaces)
  const sid = typeof token === 'string' ? replaces : token.sid
  if (!isSessionId(sid)) return undefined
  if (typeof token === 'string' && !tagsOf(policy.token.keys, owner).includes(tagOf(sid))) return undefined
  return (await policy.service.store.checkSession(tagOf(sid), sid)).state === 'live' ? sid : undefined
}
