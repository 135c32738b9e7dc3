/**
 * How keys are out of reach. `refuse`: connections are refused. `error`: the answer is 503. `hang`: no answer comes until
 * the issuer is online again.
 */
export type OutageKind = 'refuse' | 'error' | 'hang'

/** All kinds, the default first. */
export const OUTAGE_KINDS: readonly OutageKind[] = Object.freeze(['refuse', 'error', 'hang'])

/** Whether keys can be had, for whoever answers with them. */
export interface Outage {
  /** The kind, while there is one. */
  readonly kind: () => OutageKind | undefined
  readonly begin: (kind: OutageKind) => void
  /** Ends it; whoever hangs goes on. */
  readonly end: () => void
  /** Waits while it hangs. */
  readonly passed: () => Promise<void>
}

export function createOutage(): Outage {
  let kind: OutageKind | undefined
  let waiting: (() => void)[] = []
  const release = (): void => {
    const before = waiting
    waiting = []
    for (const resume of before) resume()
  }
  async function passed(): Promise<void> {
    if (kind !== 'hang') return
    await new Promise<void>((resolve) => waiting.push(resolve))
    await passed()
  }
  return {
    kind: () => kind,
    begin(next) {
      kind = next
      release()
    },
    end() {
      kind = undefined
      release()
    },
    passed,
  }
}
