// What a server answered, as the clients hand it on. A client can be told to give buffers for texts, or texts for numbers
// (type mappings, `stringNumbers`), so nothing here depends on which.

/** A text. */
export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply
  return reply instanceof Uint8Array ? Buffer.from(reply).toString() : String(reply)
}

/** An integer. */
export function numberOf(reply: unknown): number {
  return typeof reply === 'number' ? reply : Number(textOf(reply))
}

/** Whether a script answered `true` or 1, and not `false` or 0. */
export function isTrue(reply: unknown): boolean {
  return reply !== null && numberOf(reply) === 1
}

/** A list; empty for anything else. */
export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}
