/** A mail with a token in it. */
export interface Mail {
  readonly email: string
  readonly token: string
}

/** Mails, in place of a mail server. */
export interface Mailbox {
  send(email: string, token: string): Promise<void>
  /** The next one that was not read, as soon as it is there. */
  next(): Promise<Mail>
}

export function createMailbox(): Mailbox {
  const unread: Mail[] = []
  const waiting: ((mail: Mail) => void)[] = []
  return {
    async send(email, token) {
      const reader = waiting.shift()
      if (reader === undefined) unread.push({ email, token })
      else reader({ email, token })
    },
    async next() {
      return unread.shift() ?? new Promise((resolve) => waiting.push(resolve))
    },
  }
}
