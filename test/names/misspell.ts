/** An input with one name too many, and the name. */
export interface Misspelled {
  readonly name: string
  readonly input: object
}

/** Whether a value is an object whose members somebody defines: no list, no instance of a class, no bytes. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/**
 * The input again and again, each time with one member more: at its root, and in every plain object within it. It is
 * named like the first member of that object, with a letter too many.
 * @param open names of members that hold what the application defines
 */
export function misspell(input: object, open: readonly string[]): readonly Misspelled[] {
  if (!isPlain(input)) throw new Error('the input of a row must be a plain object')
  const [first = 'option'] = Object.keys(input)
  const name = `${first}s`
  const here = { name, input: { ...input, [name]: undefined } }
  const below = Object.entries(input).flatMap(([member, value]) =>
    isPlain(value) && !open.includes(member)
      ? misspell(value, open).map((inner) => ({ ...inner, input: { ...input, [member]: inner.input } }))
      : [],
  )
  return [here, ...below]
}
