import { describe, expect, it } from 'vitest'
import { adapter, CALLS, MADE, type Call } from './calls.ts'
import { misspell } from './misspell.ts'
import { methodsOf, publicFunctions, type PublicFunction } from './public-api.ts'

const functions = await publicFunctions()
const known = Object.keys(CALLS)

/** What became of a call: the error, or `undefined`. */
async function errorOf({ call }: Call, input: object): Promise<unknown> {
  try {
    await call(input as never)
    return undefined
  } catch (error) {
    return error
  }
}

/** What a function does with a wrong name, if that is not an error which says it. */
async function faultsOf(row: Call): Promise<string[]> {
  const good = messageOf(await errorOf(row, row.input))
  const faults = good.includes('does not exist') ? [`the good input: ${good}`] : []
  for (const { name, input } of misspell(row.input, row.open ?? [])) {
    const error = await errorOf(row, input)
    const isRight = new RegExp(`"(?:[\\w.]+\\.)?${name}" does not exist`).test(messageOf(error))
    if (!(error instanceof TypeError) || !isRight) faults.push(`${name}: ${messageOf(error)}`)
  }
  return faults
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'accepted')

const rowsOf = (name: string): readonly Call[] => {
  const entry = CALLS[name]
  if (entry === undefined || typeof entry === 'string') return []
  return 'call' in entry ? [entry] : entry
}

/** Functions of adapters have the same names; those of an adapter are called through the table. */
function select({ entry }: PublicFunction): void {
  const all = functions.filter((one) => one.entry === entry)
  for (const { name, value } of all) Object.assign(adapter, { [name]: value })
}

describe('the table of calls', () => {
  it('knows every function that a package exports, and every method of what they make', () => {
    const methods = Object.entries(MADE).flatMap(([name, made]) =>
      methodsOf(made).map((method) => `${name}.${method}`),
    )
    const all = [...functions.map(({ name }) => name), ...methods]
    expect(all.filter((name) => !Object.hasOwn(CALLS, name))).toEqual([])
    expect(known.filter((name) => !all.includes(name))).toEqual([])
    expect(known.filter((name) => rowsOf(name).length > 0).length).toBeGreaterThan(35)
  })
})

describe('a name that does not exist is an error, at every depth', () => {
  const exported = functions.filter(({ name }) => rowsOf(name).length > 0)

  it.each(exported)('$name of $entry', async (one) => {
    select(one)
    for (const row of rowsOf(one.name)) expect(await faultsOf(row)).toEqual([])
  })

  it.each(known.filter((name) => /^[a-z]\w+\.\w/i.test(name) && Object.hasOwn(MADE, name.split('.')[0]!)))(
    '%s',
    async (name) => {
      for (const row of rowsOf(name)) expect(await faultsOf(row)).toEqual([])
    },
  )
})

describe('misspell()', () => {
  it('adds one name at each depth, and none to what is open', () => {
    const input = { a: 1, b: { c: { d: 2 } }, claims: { e: 3 }, list: [{ f: 4 }] }
    expect(misspell(input, ['claims'])).toEqual([
      { name: 'as', input: { ...input, as: undefined } },
      { name: 'cs', input: { ...input, b: { ...input.b, cs: undefined } } },
      { name: 'ds', input: { ...input, b: { c: { d: 2, ds: undefined } } } },
    ])
  })
})
