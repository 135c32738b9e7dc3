const email = 'ann@example.com'
const password = 'correct horse battery staple'
export const rendered: unknown[] = []
const render = (current: { readonly subject: string } | undefined): unknown => rendered.push(current?.subject)

// #region page
import { createSession } from '@countersign/client'

export const session = createSession({ base: '/auth' })
session.onChange(() => render(session.current)) // also when another tab signs out
await session.login({ email, password })
const profile = await session.fetch('/api/profile') // renews the session when it has to
// #endregion
export const shown: unknown = await profile.json()
// #region page
await session.logout()
// #endregion
