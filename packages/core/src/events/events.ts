import type { EventChannel } from '../engine/engine.ts'
import { engine } from '#engine'
import type { RefusalCode } from '../refusal/codes.ts'
import type { Carrier } from '../base/carrier.ts'

/**
 * The messages, by the name of their channel. They contain names and numbers, never tokens, secrets, cookies or
 * claims.
 */
export interface Events {
  /** A request was accepted. */
  'countersign:authenticated': {
    readonly issuer: string
    readonly subject: string
    readonly carrier: Carrier | undefined
    readonly keyId: string | undefined
  }
  /** A request was rejected. `cause` is set if an application's function or a key server failed. */
  'countersign:refused': {
    readonly code: RefusalCode
    readonly status: number
    readonly claim: string | undefined
    readonly cause: unknown
  }
  /** A key set was fetched. `url` has no query, which may hold a secret. */
  'countersign:keys:refreshed': { readonly url: string; readonly keys: number }
  /** Fetching keys failed. */
  'countersign:keys:failed': { readonly issuer: string; readonly cause: unknown }
  /** Keys past their age are in use, because their server is down. `age` in seconds. */
  'countersign:keys:stale': { readonly issuer: string; readonly age: number }
  /** A key of a set is skipped. */
  'countersign:keys:skipped': {
    readonly issuer: string
    readonly kid: string | undefined
    readonly reason: string
  }
}

const CHANNELS: Readonly<Record<keyof Events, EventChannel | undefined>> = {
  'countersign:authenticated': engine.channel('countersign:authenticated'),
  'countersign:refused': engine.channel('countersign:refused'),
  'countersign:keys:refreshed': engine.channel('countersign:keys:refreshed'),
  'countersign:keys:failed': engine.channel('countersign:keys:failed'),
  'countersign:keys:stale': engine.channel('countersign:keys:stale'),
  'countersign:keys:skipped': engine.channel('countersign:keys:skipped'),
}

/** Whether anyone subscribes. Check it before building a message on a hot path. */
export function hasSubscribers(name: keyof Events): boolean {
  return CHANNELS[name]?.hasSubscribers === true
}

/** Publishes on `node:diagnostics_channel`. Errors of subscribers do not reach us: Node reports them itself. */
export function publish<Name extends keyof Events>(name: Name, message: Events[Name]): void {
  CHANNELS[name]?.publish(Object.freeze(message))
}
