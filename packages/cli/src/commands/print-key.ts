import type { KeyInfo } from '@countersign/issuer'
import type { CommandIo } from '../io.ts'
import { json, line, table, time } from '../output.ts'

/** A key for JSON output, with times as in RFC 3339. */
export function keyData({ kid, algorithm, state, createdAt, activeFrom, removedAt }: KeyInfo): object {
  const date = (at: number): string => new Date(at).toISOString()
  return {
    kid,
    algorithm,
    state,
    createdAt: date(createdAt),
    activeFrom: date(activeFrom),
    removedAt: removedAt === undefined ? null : date(removedAt),
  }
}

/** Prints one key, for people or as JSON. */
export function printKey(io: CommandIo, key: KeyInfo, asJson: boolean): void {
  if (asJson) return line(io, json(keyData(key)))
  line(
    io,
    table([
      ['kid', key.kid],
      ['algorithm', key.algorithm],
      ['state', key.state],
      ['signs from', time(key.activeFrom, io.now())],
    ]),
  )
}
