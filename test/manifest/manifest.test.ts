import { describe, expect, it } from 'vitest'
import { citations, idsIn, manifest, type Requirement } from './citations.ts'

const { rows, steps } = manifest
const cited = citations()
const ids = rows.map(({ id }) => id)
const has = (text: string | undefined): boolean => text !== undefined && text.trim() !== ''

/** The ids of the rows for which something holds. */
const where = (is: (row: Requirement) => boolean): string[] => rows.filter(is).map(({ id }) => id)

describe('every promise', () => {
  it('that is met is cited by the title of a test', () => {
    expect(where(({ id, state }) => state === 'met' && !cited.has(id))).toEqual([])
  })

  it('that is not met says why, and which step will meet it', () => {
    expect(
      where(({ state, step, why }) => state === 'gap' && !(has(why) && steps.includes(step ?? ''))),
    ).toEqual([])
  })

  it('that is not met is cited by no test: who tests it moves it', () => {
    expect(where(({ id, state }) => state === 'gap' && cited.has(id))).toEqual([])
  })

  it('is well-formed', () => {
    expect(new Set(ids).size).toBe(ids.length)
    const known = new Set(['id', 'level', 'promise', 'source', 'state', 'step', 'why', 'open'])
    expect(where((row) => Object.keys(row).some((name) => !known.has(name)))).toEqual([])
    expect(where(({ id }) => !/^(?:[A-E]\d+|[IV]-\d+)$/.test(id))).toEqual([])
    expect(where(({ level }) => !['M', 'S', 'O'].includes(level))).toEqual([])
    expect(where(({ state }) => !['met', 'gap'].includes(state))).toEqual([])
    expect(where(({ promise, source }) => !promise.endsWith('.') || !has(source))).toEqual([])
    expect(
      where(({ state, step, why, open }) => (state === 'met' ? (step ?? why) : open) !== undefined),
    ).toEqual([])
  })

  it('is there: numbers run from 1, without holes', () => {
    const numbers = new Map<string, number[]>()
    for (const id of ids) {
      const [, series = '', number = ''] = /^(\D+)(\d+)$/.exec(id) ?? []
      numbers.set(series, [...(numbers.get(series) ?? []), Number(number)])
    }
    expect([...numbers.keys()].toSorted()).toEqual(['A', 'B', 'C', 'D', 'E', 'I-', 'V-'])
    for (const list of numbers.values()) expect(list).toEqual(list.map((_, i) => i + 1))
  })
})

describe('every id that a test cites', () => {
  it('exists', () => {
    const unknown = [...cited]
      .filter(([id]) => !ids.includes(id))
      .map(([id, paths]) => `${id} in ${paths[0]}`)
    expect(unknown).toEqual([])
  })

  it('is seen in the store suite where a test runs it, and nowhere else', () => {
    const running = cited.get('I-3')?.filter((path) => /\/(?:suite\.itest|memory\.test)\.ts$/.test(path))
    expect(running?.map((path) => path.split('/')[1])).toEqual(
      expect.arrayContaining(['store-postgres', 'store-redis', 'store-sqlite', 'testing']),
    )
    expect(cited.get('I-3')).not.toContain('packages/testing/test/stores/suite.test.ts')
    expect(cited.get('I-3')?.filter((path) => path.startsWith('packages/testing/src'))).toEqual([])
  })

  it('is seen in titles, and not in comments or code', () => {
    expect(cited.size).toBeGreaterThan(60)
    const source = [
      "it('[A1] [V-7][B5] a title', () => table[E1])",
      '// it("[A2] gone")',
      ' * [A3] in a comment',
      'describe(`[C4] ${x}`)',
      "it('[Z9] [V8] [A-1] no ids')",
    ].join('\n')
    expect(idsIn(source)).toEqual(['A1', 'V-7', 'B5', 'C4'])
  })
})
