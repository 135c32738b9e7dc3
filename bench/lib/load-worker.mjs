// The client: keep-alive connections. Each sends its next request when the response arrives, until all requests are sent.
import { connect } from 'node:net'
import { serveTasks } from './processes.mjs'
import { DOTS_8K, GARBAGE, readTokens } from './tokens.mjs'

let files
const CONNECTIONS = 8

const authorization = {
  hot: () => `Bearer ${files.good.at(0)}`,
  distinct: (i) => `Bearer ${files.good.at(i)}`,
  expired: (i) => `Bearer ${files.expired.at(i)}`,
  signature: (i) => `Bearer ${files.signature.at(i)}`,
  garbage: () => `Bearer ${GARBAGE}`,
  scheme: () => 'Basic dXNlcjpwYXNzd29yZA==',
  dots: () => `Bearer ${DOTS_8K}`,
}

serveTasks({
  setUp(paths) {
    files = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readTokens(path)]))
  },
  /** @returns seconds it took, and how often each status came */
  async run(port, source, from, count) {
    const requests = Array.from({ length: count }, (_, i) =>
      Buffer.from(
        `GET /orders HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: application/json\r\nAuthorization: ${authorization[source](from + i)}\r\n\r\n`,
        'latin1',
      ),
    )
    const statuses = {}
    let sent = 0
    const start = performance.now()
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () =>
        converse(
          port,
          () => requests[sent++],
          (status) => {
            statuses[status] = (statuses[status] ?? 0) + 1
          },
        ),
      ),
    )
    return { seconds: (performance.now() - start) / 1000, statuses }
  },
})

/** One connection: sends requests from `next` until it returns none. */
function converse(port, next, onStatus) {
  return new Promise((resolve, reject) => {
    let request = next()
    if (request === undefined) return resolve()
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let pending = Buffer.alloc(0)
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer in 20 s')))
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const length = lengthOfAnswer(pending)
      if (length === undefined || pending.length < length) return
      onStatus(pending.latin1Slice(9, 12))
      pending = pending.subarray(length)
      request = next()
      if (request === undefined) {
        socket.removeAllListeners('close')
        socket.end()
        resolve()
      } else socket.write(request)
    })
  })
}

/** Length of the whole response in bytes, once its head has arrived. */
function lengthOfAnswer(bytes) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = bytes.latin1Slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length !== null) return end + 4 + Number(length[1])
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return end + 4
  const last = bytes.indexOf('\r\n0\r\n\r\n', end)
  return last === -1 ? undefined : last + 7
}
