import { argumentFault, assertNames } from '@countersign/core/toolkit'
import { StoreUnavailableError, type Store } from '@countersign/stores'

/** The methods of a store. */
export type StoreMethod = Exclude<keyof Store, 'acceptsPlainKeys' | 'mayLoseWrites' | 'watchRevocations'>

/** Before or after the store wrote. After: the write has happened, and only the response is lost. */
export type CommitSide = 'before' | 'after'

/** Which call fails, and on which side of its commit. */
export interface FailOptions {
  /** 1 for the next call of the method, 2 for the one after it. Default 1. */
  readonly call?: number | undefined
  /** Default `before`. */
  readonly side?: CommitSide | undefined
}

/** A call that is paused. */
export interface Barrier {
  /** Resolves once a call has arrived. */
  readonly reached: Promise<void>
  /** Lets the call continue, even if it has not arrived yet. */
  readonly release: () => void
}

/** Controls the calls of a store in a test. */
export interface StoreFaults {
  /** Makes one call of a method reject with `StoreUnavailableError`. */
  readonly failOn: (method: StoreMethod, options?: FailOptions) => void
  /** Pauses the next call of a method before (the default) or after its commit, until it is released. */
  readonly barrier: (method: StoreMethod, side?: CommitSide) => Barrier
}

/** A running call. */
export interface FaultyCall {
  /** Waits for the barriers of that side, and rejects if the call must fail there. */
  readonly pass: (side: CommitSide) => Promise<void>
}

/** The faults, and the functions that apply them. */
export interface FaultPlan extends StoreFaults {
  /** Call it once at the beginning of each call. */
  readonly begin: (method: StoreMethod) => FaultyCall
}

/** A planned fault of a call. */
interface Planned {
  readonly method: StoreMethod
  readonly side: CommitSide
  readonly happen: () => Promise<void>
  /** How many calls of the method still come before it. */
  remaining: number
}

const failOnFault = argumentFault('failOn')

export function createFaults(): FaultPlan {
  const plan = new Set<Planned>()
  return {
    failOn: (method, options = {}) => {
      assertNames<FailOptions>(options, { call: true, side: true }, 'options', failOnFault)
      const { call = 1, side = 'before' } = options
      if (!Number.isInteger(call) || call < 1) {
        throw new RangeError('countersign: failOn: "call" must be a whole number from 1: the next call is 1')
      }
      const happen = () =>
        Promise.reject(new StoreUnavailableError('test', new Error(`failOn('${method}') ${side} its commit`)))
      plan.add({ method, side, happen, remaining: call - 1 })
    },
    barrier: (method, side = 'before') => {
      const reached = createSignal()
      const released = createSignal()
      const happen = () => {
        reached.send()
        return released.sent
      }
      plan.add({ method, side, happen, remaining: 0 })
      return Object.freeze({ reached: reached.sent, release: released.send })
    },
    begin: (method) => {
      const due: Planned[] = []
      for (const planned of plan) {
        if (planned.method !== method || planned.remaining-- > 0) continue
        plan.delete(planned)
        due.push(planned)
      }
      return {
        pass: async (side) => {
          for (const planned of due) if (planned.side === side) await planned.happen()
        },
      }
    },
  }
}

/** Resolves when it is triggered. */
interface Signal {
  readonly sent: Promise<void>
  readonly send: () => void
}

function createSignal(): Signal {
  let send = (): void => undefined
  const sent = new Promise<void>((resolve) => {
    send = resolve
  })
  return { sent, send: () => send() }
}
