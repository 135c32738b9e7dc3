import { JSON_TYPE, PASSWORD, SAME_ORIGIN, type SignedIn } from './session-app.ts'
import type { RequestSpec } from '../wire/send.ts'

/** A login that succeeds, from an own page. */
export const LOGIN: RequestSpec = {
  method: 'POST',
  target: '/auth/login',
  headers: [SAME_ORIGIN, JSON_TYPE],
  body: JSON.stringify({ name: 'ada', password: PASSWORD }),
}
/** What makes a browser forget both cookies. */
export const CLEARED = ['__Host-access', '__Host-refresh'].map(
  (name) => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
)

/** A request from an own page. */
export const from = (
  method: string,
  target: string,
  ...headers: (readonly [name: string, value: string])[]
): RequestSpec => ({
  method,
  target,
  headers: [SAME_ORIGIN, ...headers],
})
/** A `Cookie` header line. */
export const cookies = (text: string): SignedIn['cookie'] => ['Cookie', text]
