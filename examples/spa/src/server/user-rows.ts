import type { Sessions } from '@countersign/sessions'
import type { UserRow } from '../shared/api.ts'
import type { Users } from './users.ts'

/** Lists users, and on how many devices each is signed in. */
export function createUserRows(
  users: Users,
  sessions: Pick<Sessions, 'list'>,
): () => Promise<readonly UserRow[]> {
  return () =>
    Promise.all(
      users.list().map(async ({ id, name, email, roles }) => {
        const devices = (await sessions.list({ subject: id })).length
        return { id, name, email, roles, devices }
      }),
    )
}
