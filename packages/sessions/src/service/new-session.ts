import type { NewSession } from '@countersign/stores'
import { toBase64url } from '@countersign/core/toolkit'
import type { SessionData } from '../session/session-info.ts'
import { hashSecret } from '../token/refresh-token.ts'
import { subjectTag } from '../token/secrets.ts'
import type { ServiceParts } from './service-parts.ts'
import type { StartInput } from './start-input.ts'

/** A new row, under the tag of the current secret, and the session's own secret. */
export function newSession(
  { policy, randomBytes }: ServiceParts,
  { subject, tenant, clientId = policy.token.clientId, keyThumbprint, device, ip }: StartInput,
  data: SessionData,
): { readonly session: NewSession; readonly secret: string } {
  const sid = `${subjectTag(policy.token.keys[0]!, tenant, subject)}.${toBase64url(randomBytes(16))}`
  const secret = toBase64url(randomBytes(16))
  const bound = { clientId, jkt: keyThumbprint, secretHash: hashSecret(secret) }
  const { issuer } = policy.token.issuer
  const user = { subject, tenant, issuer, provider: undefined, device, ip }
  return { session: { sid, ...user, ...bound, data: JSON.stringify(data) }, secret }
}
