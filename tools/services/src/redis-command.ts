import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

const seconds = 5

/**
 * Sends one command, words parted by spaces, to a Redis on 127.0.0.1 and answers what came back, in the notation of the
 * protocol. Throws where it cannot connect, has no answer in five seconds, or the answer is an error.
 */
export async function redisCommand(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`${command}: no answer`)))
  // QUIT: the server closes the connection once it has answered both
  socket.write(`${command}\r\nQUIT\r\n`)
  const answer = await text(socket)
  if (answer.startsWith('-')) throw new Error(`${command}: ${answer.slice(1).split('\r\n')[0]}`)
  return answer.replace(/\+OK\r\n$/, '')
}
