import { connect, type Socket } from 'node:net'
import { parseResponse, type RawResponse } from './response.ts'

/** A request, byte by byte. Texts are latin1: one character, one byte. */
export interface RequestSpec {
  /** Default `GET`. */
  readonly method?: string
  /** Default `/me`. */
  readonly target?: string
  /** Header lines, in this order, exactly as they stand; `Host` and `Connection: close` are put in front. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Its `Content-Length` is put in front of the header lines. */
  readonly body?: string
}

/** Sends a request past all client libraries, which would tidy it up, and reads the answer to its end. */
export async function send(port: number, request: RequestSpec): Promise<RawResponse> {
  const { method = 'GET' } = request
  return parseResponse(await exchange(port, toBytes(port, request)), method)
}

function toBytes(port: number, { method = 'GET', target = '/me', headers = [], body }: RequestSpec): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  // A request without body says so, or servers wait for one.
  const isSilent = body === undefined && (method === 'GET' || method === 'HEAD')
  const length = isSilent ? '' : `Content-Length: ${body?.length ?? 0}\r\n`
  return `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${length}${lines.join('')}\r\n${body ?? ''}`
}

/** What comes back, whatever it is: nothing where the server hangs up without an answer. */
export function sendForBytes(port: number, request: RequestSpec): Promise<string> {
  return exchange(port, toBytes(port, request))
}

/** Sends the body later than the header, so that the server has to wait for it. */
export async function sendBodyLater(port: number, request: RequestSpec): Promise<RawResponse> {
  const bytes = toBytes(port, request)
  const end = bytes.indexOf('\r\n\r\n') + 4
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes.slice(0, end), 'latin1')).setEncoding(
    'latin1',
  )
  setTimeout(() => socket.write(bytes.slice(end), 'latin1'), 50)
  let received = ''
  for await (const chunk of socket) received += chunk
  return parseResponse(received, request.method ?? 'GET')
}

/** Opens a connection, sends a request on it and leaves it open. */
export function sendAndHold(port: number, request: RequestSpec): Socket {
  const socket = connect(port, '127.0.0.1', () => socket.write(toBytes(port, request), 'latin1'))
  return socket.setEncoding('latin1')
}

/** Writes bytes and collects what comes back until the server hangs up. */
function exchange(port: number, bytes: string, patience = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.setEncoding('latin1')
    socket.setTimeout(patience, () => {
      socket.destroy()
      reject(new Error(`no answer within ${patience} ms; so far ${JSON.stringify(received.slice(0, 200))}`))
    })
    socket.on('data', (chunk: string) => (received += chunk))
    socket.on('end', () => resolve(received))
    // A server that has answered and reads no further may reset the connection.
    socket.on('error', (error) => (received === '' ? reject(error) : resolve(received)))
    socket.on('close', () => resolve(received))
  })
}
