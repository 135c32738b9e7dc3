import { OptionError } from '@countersign/core'
import { sqliteStore } from '@countersign/store-sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => vi.restoreAllMocks())

describe('sqliteStore', () => {
  it.each([
    ['no path', [undefined], 'source'],
    ['an empty path', [''], 'source'],
    ['a URI', ['file:auth.sqlite?mode=ro'], 'source'],
    ['a clock that is none', ['auth.sqlite', { now: 5 }], 'now'],
    ['a time-out of 0', ['auth.sqlite', { timeout: 0 }], 'timeout'],
    ['an option that does not exist', ['auth.sqlite', { timeOut: 5 }], 'timeOut'],
    ['options that are none', ['auth.sqlite', null], 'options'],
  ])('refuses %s', (_, input, option) => {
    expect(() => Reflect.apply(sqliteStore, undefined, input)).toThrow(OptionError)
    expect(() => Reflect.apply(sqliteStore, undefined, input)).toThrow(expect.objectContaining({ option }))
  })

  it('says which Node it needs, where there is no node:sqlite', () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
    expect(() => sqliteStore('auth.sqlite')).toThrow(/Node 22\.13 or newer; this is v\d/)
  })
})
