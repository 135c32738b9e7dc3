import {
  PROVIDER_END_MEMORY,
  type ProviderEnds,
  type ProviderQuery,
  type ProviderSession,
} from '@countersign/stores'
import type { Transaction } from './connection.ts'
import { integer } from './session-columns.ts'

const REMEMBER = `INSERT INTO countersign_provider_ends (issuer, kind, name, ended_at, keep_until)
  VALUES (:issuer, :kind, :name, :now, :until)
  ON CONFLICT DO UPDATE SET ended_at = excluded.ended_at, keep_until = excluded.keep_until`
const FIND = `SELECT ended_at FROM countersign_provider_ends
  WHERE issuer = :issuer AND kind = :kind AND name = :name AND keep_until > :now`

/** Records that an identity provider ended a session of its own, or all sessions of one of its subjects. */
export function rememberEnd({ sql, now }: Transaction, query: ProviderQuery): void {
  sql(REMEMBER).run({ ...nameOf(query), now, until: now + PROVIDER_END_MEMORY })
}

/** What the store remembers about the provider's session from which a new session is started. */
export function findEnds(tx: Transaction, { issuer, sid, subject }: ProviderSession): ProviderEnds {
  return {
    session: sid === undefined ? undefined : findEnd(tx, { issuer, sid }),
    subject: findEnd(tx, { issuer, subject }),
  }
}

function findEnd({ sql, now }: Transaction, query: ProviderQuery): number | undefined {
  const row = sql(FIND).get({ ...nameOf(query), now })
  return row === undefined ? undefined : integer(row, 'ended_at')
}

function nameOf(query: ProviderQuery): { issuer: string; kind: string; name: string } {
  const { issuer, sid } = query
  return sid === undefined
    ? { issuer, kind: 'subject', name: query.subject }
    : { issuer, kind: 'sid', name: sid }
}
