import { channel } from 'node:diagnostics_channel'

/** What the issuer publishes on `node:diagnostics_channel`, by the name of the channel. Never a key or a token. */
export interface IssuerEvents {
  /** A key was made, by this process; it is published now, and signs from `activeFrom` (milliseconds). */
  'countersign:key:created': { readonly issuer: string; readonly kid: string; readonly activeFrom: number }
  /** This process signs with another key than before. */
  'countersign:key:rotated': {
    readonly issuer: string
    readonly kid: string
    readonly previous: string | undefined
  }
  /** A key was taken out before its time. `state` is what it was in. */
  'countersign:key:retired': {
    readonly issuer: string
    readonly kid: string
    readonly state: 'next' | 'active' | 'retired' | 'removed'
  }
  /** The store of keys failed; what was read before is in use while it is safe. */
  'countersign:key:store-failed': { readonly issuer: string; readonly cause: unknown }
  /**
   * The ring in the store is not authentic: somebody without the secret wrote it, or `keyEncryption` is another than it
   * was. What was read before is in use while it is safe.
   */
  'countersign:key:ring-refused': { readonly issuer: string; readonly cause: unknown }
  /** A token is so large that headers and cookies may not hold it. `largest` names its largest claims. */
  'countersign:token:large': {
    readonly issuer: string
    readonly bytes: number
    readonly largest: readonly string[]
  }
}

const CHANNELS = {
  'countersign:key:created': channel('countersign:key:created'),
  'countersign:key:rotated': channel('countersign:key:rotated'),
  'countersign:key:retired': channel('countersign:key:retired'),
  'countersign:key:store-failed': channel('countersign:key:store-failed'),
  'countersign:key:ring-refused': channel('countersign:key:ring-refused'),
  'countersign:token:large': channel('countersign:token:large'),
}

/** Publishes, if anybody listens. */
export function publish<Name extends keyof IssuerEvents>(name: Name, message: IssuerEvents[Name]): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(Object.freeze(message))
}
