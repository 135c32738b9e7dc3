import type { SessionsOptions } from '@countersign/sessions'
import type { RequestListener } from 'node:http'

/** What the server is told from outside: options of its sessions, and what it makes the others of. */
export interface Settings extends Omit<SessionsOptions, 'store' | 'secrets' | 'claims'> {
  /** The file that sessions are kept in. */
  readonly database: string
  /** At least 32 random bytes. It stays the same when the server starts again, so that sessions do too. */
  readonly secret: string
  /** The folder of the built application. */
  readonly files: string
}

/** A server, ready to listen by http or https. */
export interface Server {
  readonly listener: RequestListener
  close(): Promise<void>
}

/** How both servers are made. */
export type CreateServer = (settings: Settings) => Promise<Server>
