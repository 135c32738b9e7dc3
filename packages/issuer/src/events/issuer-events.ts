import { channel } from 'node:diagnostics_channel'

/** Messages of the issuer on `node:diagnostics_channel`, by channel name. They never contain a key or a token. */
export interface IssuerEvents {
  /** This process made a key. It is published now, and signs from `activeFrom` (milliseconds). */
  'countersign:key:created': { readonly issuer: string; readonly kid: string; readonly activeFrom: number }
  /** This process started to sign with another key. */
  'countersign:key:rotated': {
    readonly issuer: string
    readonly kid: string
    readonly previous: string | undefined
  }
  /** A key was removed early. `state` is its state before that. */
  'countersign:key:retired': {
    readonly issuer: string
    readonly kid: string
    readonly state: 'next' | 'active' | 'retired' | 'removed'
  }
  /** The store of keys failed. The ring that was read before stays in use for as long as that is safe. */
  'countersign:key:store-failed': { readonly issuer: string; readonly cause: unknown }
  /**
   * The ring in the store is not authentic: it was written without the secret, or `keyEncryption` was changed. The ring
   * that was read before stays in use for as long as that is safe.
   */
  'countersign:key:ring-refused': { readonly issuer: string; readonly cause: unknown }
  /** A token may be too large for headers and cookies. `largest` names its largest claims. */
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

/** Publishes a message if the channel has subscribers. */
export function publish<Name extends keyof IssuerEvents>(name: Name, message: IssuerEvents[Name]): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(Object.freeze(message))
}
