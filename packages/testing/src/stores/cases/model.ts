import assert from 'node:assert/strict'
import {
  decideChange,
  decideRotation,
  mergeRevocations,
  type RevocationEntry,
  type RotationMode,
  type SessionRecord,
} from '@countersign/stores'
import { type Bench, type BenchCase } from '../bench.ts'
import { create, raise as raiseEpoch, rotateInput, rowOf } from '../fixtures.ts'
import { ALICE, COOLDOWN, DAY, GRACE, HOUR, IDLE, SECOND } from '../values.ts'
import { readLog } from '../log-reader.ts'

const STEPS = 400
const SEEDS = [1, 2, 3]

/** Long random walks from a seed. Every result is compared with the rules, and finally the log. */
export const modelCases: readonly BenchCase[] = SEEDS.map((seed) => ({
  name: `a walk of ${STEPS} random steps agrees with the rules, and so does the log (seed ${seed})`,
  run: (bench) => walk(bench, createRandom(seed)),
}))

/** The expected content of the store. */
interface Model {
  readonly rows: Map<string, SessionRecord>
  /** The current state of each key: `state bound except`. */
  readonly log: Map<string, string>
  epoch: number
}

/** Longer than a walk, so that no entry expires. */
const LONG = 1_000 * DAY

async function walk(bench: Bench, random: Random): Promise<void> {
  const { clock } = bench
  const stores = await bench.handles(3)
  const model: Model = { rows: new Map(), log: new Map(), epoch: 0 }
  for (let step = 0; step < STEPS; step++) {
    const store = random.pick(stores)
    const action = random.below(20)
    forgetOver(model, clock.now())
    if (model.rows.size === 0 || action === 0) {
      const row = { sid: `${ALICE}.${step}`, jkt: random.pick([undefined, 'key']) }
      const session = await create(store, row, { idleTimeout: random.pick([IDLE, IDLE, HOUR]) })
      assert.equal(session.epoch, model.epoch)
      model.rows.set(session.sid, session)
    } else if (action <= 7) {
      clock.advance(random.pick(STRIDES))
    } else if (action === 8) {
      await end(bench, model, random)
    } else if (action === 9 && random.below(4) === 0) {
      await raise(bench, model, random)
    } else if (action === 10) {
      await change({ ...bench, store }, model, random)
    } else {
      await rotate({ ...bench, store }, model, random)
    }
  }
  forgetOver(model, clock.now())
  for (const [sid, row] of model.rows) assert.deepEqual(await rowOf(bench.store, sid), row)
  assert.deepEqual(await stateOfLog(bench), model.log)
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
    revokeFor: LONG,
  })
  const { epoch } = model
  const { mayLoseWrites } = store
  const { outcome, changes } = decideRotation(input, { row, epoch, now: clock.now(), mayLoseWrites })
  const session = { ...row, ...changes }
  assert.deepEqual(await store.rotate(input), { now: clock.now(), outcome, session })
  model.rows.set(row.sid, session)
  if (outcome === 'reused') model.log.set(row.sid, 'denied')
}

async function change({ store, clock }: Bench, model: Model, random: Random): Promise<void> {
  const row = random.pick([...model.rows.values()])
  const expectedVersion = random.pick([undefined, row.dataVersion, row.dataVersion + 1])
  const input = { sid: row.sid, data: `${random.below(1_000)}`, expectedVersion, revokeFor: LONG }
  const { outcome, changes } = decideChange(input, { row, epoch: model.epoch, now: clock.now() })
  const session = { ...row, ...changes }
  assert.deepEqual(await store.changeSession(input), { now: clock.now(), outcome, session })
  model.rows.set(row.sid, session)
  if (outcome === 'changed') model.log.set(row.sid, `changed ${session.dataVersion}`)
}

async function end({ store, clock }: Bench, model: Model, random: Random): Promise<void> {
  const row = random.pick([...model.rows.values()])
  const live = isLive(model, row, clock.now())
  assert.equal(await store.endSession(row.sid, 'logout', LONG), live)
  if (!live) return
  model.rows.set(row.sid, { ...row, revokedAt: clock.now(), reason: 'logout' })
  model.log.set(row.sid, 'denied')
}

async function raise({ store, clock }: Bench, model: Model, random: Random): Promise<void> {
  const kept = random.pick([undefined, ...model.rows.values()])
  const survives = kept !== undefined && isLive(model, kept, clock.now())
  model.epoch = Math.max(model.epoch + 1, clock.now())
  const raised = await raiseEpoch(store, ALICE, { exceptSid: kept?.sid, revokeFor: LONG })
  assert.deepEqual(raised, { now: clock.now(), epoch: model.epoch, kept: survives })
  const except = survives ? ` but ${kept.sid}` : ''
  model.log.set(SUBJECT, `before ${model.epoch}${except}`)
  if (survives) model.rows.set(kept.sid, { ...kept, epoch: model.epoch })
}

const SUBJECT = `subject of ${ALICE}`

/** The state of a verifier that has read the whole log. */
async function stateOfLog({ store }: Bench): Promise<Map<string, string>> {
  const held = new Map<string, RevocationEntry>()
  for (const entry of await readLog(store)) {
    held.set(entry.key, mergeRevocations(held.get(entry.key), entry))
  }
  const described = [...held].map(([key, { state, bound, except }]): [string, string] => {
    const detail = bound === undefined ? '' : ` ${bound}`
    return [key, `${state}${detail}${except === undefined ? '' : ` but ${except}`}`]
  })
  return new Map(described)
}

/** A store may or may not have deleted these by now. */
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

/** Random choices, repeatable for a seed. */
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
