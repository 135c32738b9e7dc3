import type { Events } from '@countersign/core'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Collects the messages of a channel, until stopped. */
export function listenTo<Name extends keyof Events>(name: Name): { stop(): Events[Name][] } {
  const messages: Events[Name][] = []
  const listener = (message: unknown): void => void messages.push(message as Events[Name])
  subscribe(name, listener)
  return {
    stop() {
      unsubscribe(name, listener)
      return messages
    },
  }
}
