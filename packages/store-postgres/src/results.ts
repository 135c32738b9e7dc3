import type { ChangeOutcome, CreationOutcome, RotateOutcome, SessionStatus } from '@countersign/stores'
import type { LogRow, SessionRow } from './rows.ts'

interface Timed {
  readonly now: number
}

interface WithSession<Outcome> extends Timed {
  readonly outcome: Outcome
  readonly session: SessionRow | null
}

interface WithSessions extends Timed {
  readonly sessions: readonly SessionRow[]
}

interface LogPart extends Timed {
  readonly gap: false
  readonly name: string
  /** The visible transactions, as PostgreSQL writes a snapshot. */
  readonly snapshot: string
  readonly entries: readonly LogRow[]
}

/** The functions of the schema, and what they return. */
export interface Results {
  readonly read_time: Timed
  readonly create_session: WithSession<CreationOutcome> & { readonly evicted: readonly string[] }
  readonly find_session: Timed & { readonly session: SessionRow | null; readonly epoch: number }
  readonly rotate: WithSession<RotateOutcome>
  readonly change_session: WithSession<ChangeOutcome>
  readonly end_session: Timed & { readonly ended: boolean }
  readonly raise_epoch: Timed & { readonly epoch: number; readonly kept: boolean }
  readonly erase_subject: Timed & { readonly epoch: number; readonly erased: readonly string[] }
  readonly list_sessions: WithSessions
  readonly sessions_of: WithSessions
  readonly end_provider_sessions: Timed & { readonly ended: readonly string[] }
  readonly check_session: SessionStatus
  readonly recover_sessions: Timed & { readonly ended: number }
  readonly prune: Timed & { readonly deleted: number }
  readonly append_revocations: Timed
  readonly read_revocations: LogPart | (Timed & { readonly gap: true })
  readonly use_once: Timed & { readonly first: boolean }
  readonly read_key_ring: Timed & { readonly version: number; readonly content: string | null }
  readonly write_key_ring: Timed & { readonly written: boolean }
}
