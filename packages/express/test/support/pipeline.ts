import { connect } from 'node:net'

/**
 * Sends many requests over one connection without waiting in between, and counts the answers by status. Bounded by
 * what it is given: it ends when as many answers have come as requests were sent.
 */
export function pipeline(port: number, requests: readonly string[]): Promise<Map<number, number>> {
  return new Promise((resolve, reject) => {
    const counts = new Map<number, number>()
    let seen = 0
    let rest = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(requests.join(''), 'latin1'))
    socket.setEncoding('latin1')
    socket.setTimeout(20_000, () => socket.destroy(new Error(`${seen} of ${requests.length} answers came`)))
    socket.on('error', reject)
    socket.on('data', (chunk: string) => {
      const text = rest + chunk
      let end = 0
      for (const match of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
        end = match.index + match[0].length
        const status = Number(match[1])
        counts.set(status, (counts.get(status) ?? 0) + 1)
        seen++
      }
      // as much as a status line that is cut in two may have
      rest = text.slice(Math.max(end, text.length - 12))
      if (seen >= requests.length) {
        socket.destroy()
        resolve(counts)
      }
    })
  })
}
