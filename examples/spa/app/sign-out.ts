import { announce } from './announce.ts'
import { attempt, troubleOf } from './connection.ts'
import { session } from './session.ts'

/** A sign-out that the server has not heard of yet. */
export interface Pending {
  readonly retry: () => Promise<void>
  readonly giveUp: () => void
}

let pending: Pending | undefined
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<(pending: Pending | undefined) => void>()

/** Tells whether somebody wants to be signed out, and is not. */
export function onPending(listener: (pending: Pending | undefined) => void): void {
  listeners.add(listener)
}

function setPending(next: Pending | undefined): void {
  pending = next
  clearTimeout(timer)
  for (const listener of listeners) listener(next)
}

/** Once the server has answered yes, and not before, we are signed out: so this goes on until then, or until told not to. */
export async function signOut(leave: () => Promise<void> = () => session.logout()): Promise<void> {
  let isWanted = true
  const giveUp = (): void => {
    isWanted = false
    setPending(undefined)
  }
  const retry = async (): Promise<void> => {
    clearTimeout(timer)
    try {
      await attempt(leave)
      setPending(undefined)
    } catch (error) {
      // told not to while the server was asked
      if (!isWanted) return
      if (pending === undefined) announce('Not signed out yet.')
      setPending({ retry, giveUp })
      timer = setTimeout(() => void retry(), (troubleOf(error)?.retryAfter ?? 5) * 1_000)
    }
  }
  await retry()
}

addEventListener('online', () => void pending?.retry())
// signed out some other way
session.onChange((current) => {
  if (current === undefined && pending !== undefined) setPending(undefined)
})
