/** What is wrong with an option, as an error. */
export const optionError = (name: string, message: string): TypeError =>
  new TypeError(`countersign: option "${name}" ${message}`)

/** Rejects names that the known ones are not among: a misspelled name would leave a default in force unnoticed. */
export function assertNames(options: object | undefined, known: object = {}): void {
  for (const name in options) if (!(name in known)) throw optionError(name, 'does not exist')
}
