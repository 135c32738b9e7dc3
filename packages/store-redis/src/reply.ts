// Reads replies of the server. A client can be configured to return buffers instead of texts, or texts instead of
// numbers (type mappings, `stringNumbers`), so this code accepts both.

/** A text. */
export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply
  return reply instanceof Uint8Array ? Buffer.from(reply).toString() : String(reply)
}

/** An integer. */
export function numberOf(reply: unknown): number {
  return typeof reply === 'number' ? reply : Number(textOf(reply))
}

/** Whether a script returned `true` or 1, not `false` or 0. */
export function isTrue(reply: unknown): boolean {
  return reply !== null && numberOf(reply) === 1
}

/** A list; empty for anything else. */
export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}
