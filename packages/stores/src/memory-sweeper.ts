/** Deletes from one table. */
export interface Sweeper {
  sweep(now: number, rows: number): void
  prune(now: number, limit: number): number
}

export function createSweeper<Key, Row>(
  table: ReadonlyMap<Key, Row>,
  isOver: (row: Row, now: number) => boolean,
  remove: (key: Key, row: Row) => void,
): Sweeper {
  // A map's iterator continues from its position, even after rows were added or deleted.
  let cursor = table.entries()
  return {
    sweep: (now, rows) => {
      for (let i = 0; i < rows; i++) {
        const { done, value } = cursor.next()
        if (done === true) {
          cursor = table.entries()
          return
        }
        if (isOver(value[1], now)) remove(...value)
      }
    },
    prune: (now, limit) => {
      let deleted = 0
      for (const [key, row] of table) {
        if (deleted >= limit) break
        if (!isOver(row, now)) continue
        remove(key, row)
        deleted++
      }
      return deleted
    },
  }
}
