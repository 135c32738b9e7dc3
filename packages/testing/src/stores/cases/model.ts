import assert from 'node:assert/strict'
import { decideRotation, type RotationMode, type SessionRecord } from '@countersign/stores'
import {
  ALICE,
  COOLDOWN,
  create,
  end as endSession,
  DAY,
  GRACE,
  HOUR,
  IDLE,
  raise as raiseEpoch,
  rotateInput,
  rowOf,
  SECOND,
  type Bench,
  type BenchCase,
} from '../fixtures.ts'

const STEPS = 400
const SEEDS = [1, 2, 3]

/** Long walks, chosen at random from a seed, in which every answer is compared with `decideRotation`. */
export const modelCases: readonly BenchCase[] = SEEDS.map((seed) => ({
  name: `a walk of ${STEPS} random steps agrees with decideRotation (seed ${seed})`,
  run: (bench) => walk(bench, createRandom(seed)),
}))

/** What the store should hold. */
interface Model {
  readonly rows: Map<string, SessionRecord>
  epoch: number
}

async function walk(bench: Bench, random: Random): Promise<void> {
  const { clock } = bench
  const stores = await bench.handles(3)
  const model: Model = { rows: new Map(), epoch: 0 }
  for (let step = 0; step < STEPS; step++) {
    const store = random.pick(stores)
    const action = random.below(20)
    forgetOver(model, clock.now())
    if (model.rows.size === 0 || action === 0) {
      const session = await create(store, { sid: `${ALICE}.${step}`, jkt: random.pick([undefined, 'key']) })
      assert.equal(session.epoch, model.epoch)
      model.rows.set(session.sid, session)
    } else if (action <= 7) {
      clock.advance(random.pick(STRIDES))
    } else if (action === 8) {
      await end(bench, model, random)
    } else if (action === 9 && random.below(4) === 0) {
      await raise(bench, model, random)
    } else {
      await rotate({ ...bench, store }, model, random)
    }
  }
  forgetOver(model, clock.now())
  for (const [sid, row] of model.rows) assert.deepEqual(await rowOf(bench.store, sid), row)
}

const STRIDES = [
  0,
  1,
  SECOND,
  COOLDOWN - 1,
  COOLDOWN,
  COOLDOWN + 1,
  GRACE + SECOND,
  HOUR,
  DAY,
  IDLE / 2,
  -SECOND,
]
const MODES: readonly RotationMode[] = ['grace', 'grace', 'untilUsed', 'strict']

async function rotate({ store, clock }: Bench, model: Model, random: Random): Promise<void> {
  const row = random.pick([...model.rows.values()])
  const mode = random.pick(MODES)
  const input = rotateInput(row, {
    gen: row.gen + random.pick([0, 0, 0, 0, 0, -1, -1, -1, -2, 1, 2]),
    mode,
    ...(mode === 'strict' ? { cooldown: 0, grace: 0 } : {}),
    ...(random.below(8) === 0 ? { jkt: 'of another' } : {}),
    ip: random.pick([undefined, '192.0.2.1', '192.0.2.2']),
  })
  const { epoch } = model
  const { mayLoseWrites } = store
  const { outcome, changes } = decideRotation(input, { row, epoch, now: clock.now(), mayLoseWrites })
  const session = { ...row, ...changes }
  assert.deepEqual(await store.rotate(input), { now: clock.now(), outcome, session })
  model.rows.set(row.sid, session)
}

async function end({ store, clock }: Bench, model: Model, random: Random): Promise<void> {
  const row = random.pick([...model.rows.values()])
  const live = isLive(model, row, clock.now())
  assert.equal(await endSession(store, row.sid), live)
  if (live) model.rows.set(row.sid, { ...row, revokedAt: clock.now(), reason: 'logout' })
}

async function raise({ store, clock }: Bench, model: Model, random: Random): Promise<void> {
  const kept = random.pick([undefined, ...model.rows.values()])
  const survives = kept !== undefined && isLive(model, kept, clock.now())
  model.epoch = Math.max(model.epoch + 1, clock.now())
  const raised = await raiseEpoch(store, ALICE, { exceptSid: kept?.sid })
  assert.deepEqual(raised, { now: clock.now(), epoch: model.epoch, kept: survives })
  if (survives) model.rows.set(kept.sid, { ...kept, epoch: model.epoch })
}

/** A store may have deleted these by now, or not. */
function forgetOver({ rows }: Model, now: number): void {
  for (const [sid, { revokedAt, idleExpiresAt, absoluteExpiresAt }] of rows) {
    const isIdle = revokedAt === undefined && now >= idleExpiresAt
    if (isIdle || now >= absoluteExpiresAt) rows.delete(sid)
  }
}

function isLive({ epoch }: Model, row: SessionRecord, now: number): boolean {
  const { revokedAt, idleExpiresAt, absoluteExpiresAt } = row
  return revokedAt === undefined && row.epoch >= epoch && now < idleExpiresAt && now < absoluteExpiresAt
}

/** Random choices, the same ones for the same seed. */
interface Random {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  pick<T>(list: readonly T[]): T
}

/** The generator mulberry32. */
function createRandom(seed: number): Random {
  let state = seed
  const below = (bound: number): number => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound)
  }
  return { below, pick: (list) => list[below(list.length)]! }
}
