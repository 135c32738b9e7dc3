import { tagOf } from '../token/secrets.ts'
import type { ServiceParts } from './service-parts.ts'

/**
 * Whether the session of a refresh token is definitely over. It is not if the token is not recognized here, because
 * another server may recognize it.
 */
export async function isOver({ policy, tokens }: ServiceParts, refreshToken: string): Promise<boolean> {
  const token = tokens.read(refreshToken)
  if (typeof token === 'string') return false
  const { state } = await policy.service.store.checkSession(tagOf(token.sid), token.sid)
  return state !== 'live'
}
