/** Time that passes only as things happen. Milliseconds. */
export interface Timeline {
  readonly now: () => number
  /** Does something so much later. What is due at one moment happens in the order in which it was planned. */
  readonly after: (delay: number, happen: () => Promise<void> | void) => void
  /** Lets one thing happen after the other, until `isOver` says so or nothing is planned any more. */
  readonly run: (isOver: () => boolean) => Promise<void>
}

interface Planned {
  readonly at: number
  readonly happen: () => Promise<void> | void
}

export const START: number = Date.UTC(2100, 0, 1)

export function createTimeline(): Timeline {
  let time = START
  const planned: Planned[] = []
  return {
    now: () => time,
    after(delay, happen) {
      const at = time + Math.max(0, Math.round(delay))
      planned.splice(placeOf(planned, at), 0, { at, happen })
    },
    async run(isOver) {
      for (let due = planned.shift(); due !== undefined; due = planned.shift()) {
        time = due.at
        await due.happen()
        if (isOver()) return
      }
    },
  }
}

/** Behind everything that is due at that time or before. */
function placeOf(planned: readonly Planned[], at: number): number {
  let low = 0
  let high = planned.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (planned[middle]!.at <= at) low = middle + 1
    else high = middle
  }
  return low
}
