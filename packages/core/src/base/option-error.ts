/**
 * A mistake in the options, thrown when the authenticator is made, never during a request.
 * The message names the option and the remedy. It never contains a secret.
 */
export class OptionError extends TypeError {
  /** Name of the option at fault. */
  readonly option: string

  constructor(option: string, message: string) {
    super(`countersign: option "${option}" ${message}`)
    this.name = 'OptionError'
    this.option = option
  }
}
