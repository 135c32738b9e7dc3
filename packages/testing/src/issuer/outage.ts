/**
 * Kind of outage. `refuse`: connections are refused. `error`: the response is 503. `hang`: no response until the issuer is
 * online again.
 */
export type OutageKind = 'refuse' | 'error' | 'hang'

/** All kinds, the default first. */
export const OUTAGE_KINDS: readonly OutageKind[] = Object.freeze(['refuse', 'error', 'hang'])

/** The state of an outage. */
export interface Outage {
  /** The kind of the current outage; `undefined` if there is none. */
  readonly kind: () => OutageKind | undefined
  readonly begin: (kind: OutageKind) => void
  /** Ends it; hanging requests go on. */
  readonly end: () => void
  /** Waits while the kind is `hang`. */
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
