/** A text that is hidden in messages, logs, JSON and `util.inspect`. */
export class SecretString {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Grep for this name to see who reads tokens. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }
}

// What `console.log` and `util.inspect` of Node show.
Object.defineProperty(SecretString.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: () => 'SecretString [redacted]',
})
