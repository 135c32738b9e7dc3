import type { SessionRecord, SessionStore } from '@countersign/stores'

/** Sessions per page: more than nearly every user has, and few enough for one response. */
const PART = 100

/** All live sessions of one subject, under these tags. */
export async function liveSessions(
  store: Pick<SessionStore, 'listSessions'>,
  tags: readonly string[],
): Promise<readonly SessionRecord[]> {
  const found = await Promise.all(tags.map((tag) => liveSessionsOf(store, tag)))
  return found.flat()
}

async function liveSessionsOf(
  store: Pick<SessionStore, 'listSessions'>,
  tag: string,
): Promise<readonly SessionRecord[]> {
  const all: SessionRecord[] = []
  let after: string | undefined
  do {
    const { sessions, next } = await store.listSessions(tag, { limit: PART, after })
    all.push(...sessions)
    after = next
  } while (after !== undefined)
  return all
}
