/**
 * A process that holds private keys, as a key management service does: it makes keys and signs, over a socket, one JSON
 * text a line. It never tells a private key. JavaScript, so that every Node release can start it.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

/**
 * @typedef {object} Message
 * @property {number} id
 * @property {'create' | 'sign' | 'fault' | 'private'} command
 * @property {string} [algorithm]
 * @property {string} [reference]
 * @property {string} [data]
 * @property {string} [fault]
 */

const [path = ''] = process.argv.slice(2)
/** @type {Map<string, import('node:crypto').KeyObject>} */
const keys = new Map()
/** @type {string | undefined} what it does wrong on demand */
let fault

/** @param {string | undefined} algorithm */
function pairOf(algorithm) {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return generateKeyPairSync('rsa', { modulusLength: 2_048 })
}

/**
 * @param {Message} message
 * @returns {unknown}
 */
function answer({ command, algorithm, reference = '', data = '', fault: wanted }) {
  if (command === 'fault') return void (fault = wanted)
  // For the test alone, to know what to look for.
  if (command === 'private') return keys.get(reference)?.export({ format: 'jwk' })
  if (command === 'create') {
    const { publicKey, privateKey } = pairOf(fault === 'wrong kind' ? 'RS256' : algorithm)
    const name = `projects/p/keys/${keys.size + 1}`
    keys.set(name, privateKey)
    const told = fault === 'leaks' ? privateKey : publicKey
    return { reference: name, publicJwk: told.export({ format: 'jwk' }) }
  }
  const known = keys.get(reference)
  if (known === undefined) throw new Error('no such key')
  const key = fault === 'other key' ? pairOf(algorithm).privateKey : known
  const bytes = Buffer.from(data, 'base64url')
  if (algorithm === 'EdDSA') return sign(null, bytes, key).toString('base64url')
  if (algorithm === 'PS256')
    return sign('sha256', bytes, { key, padding: 6, saltLength: 32 }).toString('base64url')
  const dsaEncoding = fault === 'DER' ? 'der' : 'ieee-p1363'
  return sign('sha256', bytes, { key, dsaEncoding }).toString('base64url')
}

createServer((socket) => {
  createInterface({ input: socket }).on('line', (line) => {
    /** @type {Message} */
    const message = JSON.parse(line)
    let result
    try {
      result = { id: message.id, result: answer(message) }
    } catch (error) {
      result = { id: message.id, error: String(error) }
    }
    socket.write(`${JSON.stringify(result)}\n`)
  })
}).listen(path, () => process.send?.('ready'))
