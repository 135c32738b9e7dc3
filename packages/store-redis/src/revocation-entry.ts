import type { NewRevocation, RevocationEntry, RevocationKind, RevocationState } from '@countersign/stores'
import { integer } from './operate.ts'
import { listOf, numberOf, textOf } from './reply.ts'
import { jsonOf } from './row.ts'

/** An entry as arguments of `append` in `scripts/log.ts`. */
export function entryArguments(entry: NewRevocation): string[] {
  const { kind, issuer, key, state, bound, except, expiresAt } = entry
  return [kind, jsonOf(issuer), key, state, integer(bound), jsonOf(except), integer(expiresAt)]
}

/** Reads an entry of a stream: its id, and what was appended. */
export function toEntry(reply: unknown): [id: number, RevocationEntry] {
  const [idText, fields] = listOf(reply)
  const id = Number.parseInt(textOf(idText), 10)
  const values = listOf(fields).filter((_, at) => at % 2 === 1)
  const [kind, issuer, key, state, bound, except, expiresAt] = values.map(textOf)
  const entry: RevocationEntry = {
    kind: kind as RevocationKind,
    issuer: textIn(issuer) ?? '',
    key: key ?? '',
    state: state as RevocationState,
    bound: bound === '' ? undefined : numberOf(bound),
    except: textIn(except),
    expiresAt: numberOf(expiresAt),
    // An entry that was moved to the end keeps its earlier version.
    version: values.length > 7 ? numberOf(values[7]) : id,
  }
  return [id, Object.freeze(entry)]
}

function textIn(json = 'null'): string | undefined {
  const text: unknown = JSON.parse(json)
  return typeof text === 'string' ? text : undefined
}
