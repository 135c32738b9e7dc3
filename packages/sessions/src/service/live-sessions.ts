import type { SessionRecord, SessionStore } from '@countersign/stores'

/** Sessions that are asked for at once: more than nearly every user has, few enough for one answer. */
const PART = 100

/** All live sessions under these tags: of one subject. */
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
