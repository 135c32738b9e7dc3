import type { Countersigned } from '../shared/api.ts'

/** Something worth protecting: documents that a user countersigned. */
export interface Documents {
  countersign(userId: string): Countersigned
  countOf(userId: string): number
}

export function createDocuments(): Documents {
  const counts = new Map<string, number>()
  const countOf = (userId: string): number => counts.get(userId) ?? 0
  return {
    countOf,
    countersign(userId) {
      const number = countOf(userId) + 1
      counts.set(userId, number)
      return { number, at: Date.now() }
    },
  }
}
