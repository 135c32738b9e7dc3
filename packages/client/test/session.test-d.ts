import { createSession, isSessionError, type SessionDocument, type SessionError } from '@countersign/client'
import { describe, expectTypeOf, it } from 'vitest'

describe('a session', () => {
  it('is typed by its user', () => {
    const session = createSession<{ name: string }>({ base: '/auth' })
    expectTypeOf(session.user).toEqualTypeOf<{ name: string } | undefined>()
    expectTypeOf(session.ready()).resolves.toEqualTypeOf<SessionDocument<{ name: string }> | undefined>()
    expectTypeOf(session.login({})).resolves.toEqualTypeOf<SessionDocument<{ name: string }>>()
  })

  it('knows nothing of a user that is not described', () => {
    expectTypeOf(createSession({ base: '/auth' }).user).toEqualTypeOf<unknown>()
  })

  it('has a fetch that stands for the global one', () => {
    expectTypeOf(createSession({ base: '/auth' }).fetch).toExtend<typeof fetch>()
  })

  it('has errors that are narrowed to', () => {
    expectTypeOf(isSessionError).guards.toEqualTypeOf<SessionError>()
  })
})
