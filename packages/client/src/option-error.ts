/** An error that names the option and says what is wrong with it. */
export const optionError = (name: string, message: string): TypeError =>
  new TypeError(`countersign: option "${name}" ${message}`)

/** Rejects unknown names: otherwise a misspelled option would silently keep its default. */
export function assertNames(options: object | undefined, known: object = {}): void {
  for (const name in options) if (!(name in known)) throw optionError(name, 'does not exist')
}
