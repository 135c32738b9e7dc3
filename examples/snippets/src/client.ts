// #region session
import { createSession, isSessionError } from '@countersign/client'

export const session = createSession<{ name: string }>({ base: '/auth' })
// #endregion
declare function alert(message: string): void

// #region session
session.onChange(() => console.log(session.status, session.user?.name))
await session.ready() // who is signed in? Asks the server once
if (session.status === 'signed-out') await session.login({ name: 'ada', password: '…' })
await session.fetch('/orders', { method: 'POST', body: '{}' }) // CSRF token, renewal and retry included
await session
  .logout()
  .catch((error) => isSessionError(error) && alert('Not signed out yet, please try again.'))
// #endregion
