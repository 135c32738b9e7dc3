/** The cookies of a browser, which all of its tabs share. */
export interface Jar {
  /** Takes the values of `Set-Cookie`, in the order in which answers arrive, which is not that in which they were given. */
  readonly take: (lines: readonly string[]) => void
  /** The `Cookie` header as it is now; empty where there are no cookies. */
  readonly header: () => string
  readonly copy: () => Jar
}

interface Cookie {
  readonly value: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

export function createJar(now: () => number, cookies: Map<string, Cookie> = new Map()): Jar {
  return {
    take(lines) {
      for (const line of lines) {
        const [, name = '', value = '', seconds = ''] = /^([^=]+)=([^;]*);.*\bMax-Age=(\d+)/i.exec(line) ?? []
        if (name === '') throw new Error(`no cookie: ${line}`)
        if (seconds === '0') cookies.delete(name)
        else cookies.set(name, { value, until: now() + Number(seconds) * 1_000 })
      }
    },
    header: () =>
      [...cookies]
        .filter(([, { until }]) => now() < until)
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; '),
    copy: () => createJar(now, new Map(cookies)),
  }
}
