import { isSessionError } from '@countersign/client'
import { session } from './session.ts'

/** Why the server is of no help at the moment. It says nothing about whether anybody is signed in. */
export interface Trouble {
  readonly kind: 'offline' | 'unavailable'
  /** Seconds after which it is worth another try. */
  readonly retryAfter: number
}

/** The server refused: the request was understood, and the answer is no. */
export class RefusedError extends Error {
  readonly status: number
  constructor(status: number) {
    super(`refused with ${status}`)
    this.name = 'RefusedError'
    this.status = status
  }
}

/** Troubles of which we were told, the last one first. Empty: all is well. */
let trouble: Trouble | undefined = navigator.onLine ? undefined : { kind: 'offline', retryAfter: 5 }
const listeners = new Set<(trouble: Trouble | undefined) => void>()

export const currentTrouble = (): Trouble | undefined => trouble

/** Tells of each change. */
export function onTrouble(listener: (trouble: Trouble | undefined) => void): void {
  listeners.add(listener)
}

function setTrouble(next: Trouble | undefined): void {
  if (next?.kind === trouble?.kind) return
  trouble = next
  for (const listener of listeners) listener(next)
}

addEventListener('offline', () => setTrouble({ kind: 'offline', retryAfter: 5 }))

/** What a failure says about the connection; `undefined` where it is about something else. */
export function troubleOf(error: unknown): Trouble | undefined {
  const retryAfter = (isSessionError(error) && error.retryAfter) || 3
  if (isSessionError(error)) {
    if (error.code === 'unreachable') return { kind: 'offline', retryAfter }
    const { status = 0 } = error
    if (error.code === 'timed_out' || error.code === 'answer_invalid' || status >= 500)
      return { kind: 'unavailable', retryAfter }
    return undefined
  }
  if (error instanceof RefusedError && error.status >= 500) return { kind: 'unavailable', retryAfter }
  // what `fetch` fails with where there is no network
  return error instanceof TypeError ? { kind: 'offline', retryAfter } : undefined
}

/** Does something with the server, and remembers whether that could be done. */
export async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    setTrouble(undefined)
    return result
  } catch (error) {
    const found = troubleOf(error)
    if (found !== undefined) setTrouble(found)
    throw error
  }
}

/** Calls the server's own routes. Rejects with a `RefusedError` unless it says yes. */
export function api(method: 'GET' | 'POST', path: string): Promise<unknown> {
  return attempt(async () => {
    const response = await session.fetch(path, { method })
    if (!response.ok) throw new RefusedError(response.status)
    return response.status === 204 ? undefined : response.json()
  })
}
