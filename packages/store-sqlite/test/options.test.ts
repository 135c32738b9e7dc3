import { OptionError } from '@countersign/core'
import { sqliteStore } from '@countersign/store-sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => vi.restoreAllMocks())

/** A caller in JavaScript, whom no types warn. */
const untyped: (...input: readonly unknown[]) => unknown = Reflect.apply.bind(
  undefined,
  sqliteStore,
  undefined,
)

describe('sqliteStore', () => {
  it.each([
    ['no path', [undefined], 'source'],
    ['an empty path', [''], 'source'],
    ['a URI', ['file:auth.sqlite?mode=ro'], 'source'],
    ['a clock that is none', ['auth.sqlite', { now: 5 }], 'now'],
  ])('refuses %s', (_, input, option) => {
    expect(() => untyped(input)).toThrow(OptionError)
    expect(() => untyped(input)).toThrow(expect.objectContaining({ option }))
  })

  it('says which Node it needs, where there is no node:sqlite', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
    expect(() => sqliteStore('auth.sqlite')).toThrow(/Node 22\.13 or newer; this is v\d/)
  })
})
