/** The keys of a subject. All have the subject's tag in braces, so that a cluster keeps them in one slot. */
export interface SubjectKeys {
  /** The subject's epoch: a number. */
  readonly epoch: string
  /** The sids of its sessions: a sorted set, by absolute expiry. Nothing but lists and limits depends on it. */
  readonly index: string
  /** What the keys of its sessions begin with; the sid follows. Their values are packed rows. */
  readonly sessions: string
}

/** The names of all keys. */
export interface Keys {
  ofSubject(tag: string): SubjectKeys
  /** A key ring: a hash. */
  ring(name: string): string
  /** An id of one-time use: the time until which it is remembered. */
  once(purpose: string, id: string): string
  /** A pattern for `SCAN` that every session's key matches. */
  readonly everySession: string
}

/** The names of all keys, for a prefix. */
export function createKeys(prefix: string): Keys {
  const ofSubject = (tag: string): SubjectKeys => {
    // Braces with nothing in them would part the keys. No sid begins with a dot, so none is taken for another.
    const base = `${prefix}:{${/^(?!$|\})/.test(tag) ? tag : `.${tag}`}}:`
    return { epoch: `${base}epoch`, index: `${base}index`, sessions: `${base}s:` }
  }
  return {
    ofSubject,
    ring: (name) => `${prefix}:{ring:${name}}`,
    // No purpose contains a colon then, so that no two pairs make one key; no id a brace, so that none looks like a session.
    once: (purpose, id) => `${prefix}:{once:${encodeURIComponent(purpose)}:${withoutBrace(id)}}`,
    everySession: `${prefix.replaceAll(/[*?[\]\\^]/g, '\\$&')}:{*}:s:*`,
  }
}

function withoutBrace(id: string): string {
  return id.replaceAll(/[%}]/g, (unfit) => encodeURIComponent(unfit))
}

/** The subject's tag: what a sid begins with, up to the dot. */
export function tagOf(sid: string): string {
  const dot = sid.indexOf('.')
  return dot === -1 ? sid : sid.slice(0, dot)
}
