import type { HandlerResponse } from '@countersign/core/toolkit'

/** An answer whose headers are found by name, and whose body is there. */
export interface PlainAnswer {
  readonly status: number
  /** A name that repeats has a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | undefined
}

/** An answer as tests look at it. */
export function toPlain({ status, headers, body }: HandlerResponse): PlainAnswer {
  if (typeof body === 'object') throw new Error('the body comes in parts')
  const byName = new Map<string, string | readonly string[]>()
  for (const [name, value] of headers) {
    const earlier = byName.get(name)
    byName.set(name, earlier === undefined ? value : [earlier, value].flat())
  }
  return { status, headers: Object.fromEntries(byName), body }
}
