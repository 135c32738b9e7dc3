import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { command, type Command } from '../command.ts'
import { EXIT, usageError } from '../exit.ts'
import { readAll, type CommandIo } from '../io.ts'
import { publicJwkOf, type Jwk } from '../key-pair.ts'
import { text } from '../options.ts'
import { json, line } from '../output.ts'
import { requireRing, RING_OPTIONS, withRing } from '../ring.ts'

/** `countersign jwks [file]` */
export const jwks: Command = command({
  name: 'jwks',
  summary: 'Prints the public key set of a ring, or of a file with keys. Never prints a private member.',
  details: ['The file is a PEM, a JWK or a key set, public or private; - means stdin.'],
  argument: '[file]',
  options: {
    ...RING_OPTIONS,
    algorithm: text('<name>', '"alg" of RSA keys in a file without "alg", such as RS256. Default: left out.'),
  },
  examples: [
    'jwks --issuer https://auth.example.com --store file:./keys',
    'jwks ./private.pem --algorithm RS256',
  ],
  async run({ values, positionals: [file] }, io) {
    if (file === undefined) {
      if (values.algorithm !== undefined) throw usageError('--algorithm is for a file with keys')
      return withRing(values, io, async (ring) => {
        const { issuer, keys } = requireRing(ring)
        line(io, json(keys.length === 0 ? { keys: [] } : await issuer.jwks()))
        return EXIT.ok
      })
    }
    if (values.issuer !== undefined || values.store !== undefined) {
      throw usageError('use a file, or --issuer and --store, not both')
    }
    line(io, json({ keys: readKeys(await readInput(file, io), values.algorithm) }))
    return EXIT.ok
  },
})

const MAX_LENGTH = 1_048_576

async function readInput(file: string, io: CommandIo): Promise<string> {
  if (file === '-') {
    const input = await readAll(io.stdin, MAX_LENGTH)
    if (input === undefined) throw usageError('stdin is too long for keys')
    return input
  }
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8')
  } catch {
    throw usageError('the file cannot be read')
  }
}

/** No message quotes the input or a parser's error, since the input may be a private key. */
function readKeys(input: string, alg: string | undefined): Jwk[] {
  const jwk = parseJson(input)
  if (jwk === undefined) return [publicJwkOf(toPublicKey(input), alg === undefined ? {} : { alg })]
  const list: unknown = Array.isArray(jwk['keys']) ? jwk['keys'] : [jwk]
  return (list as unknown[]).map((one) => {
    if (!isObject(one)) throw notAKey()
    const { kid, alg: own } = one
    return publicJwkOf(toPublicKey({ key: one, format: 'jwk' }), {
      ...(typeof kid === 'string' ? { kid } : undefined),
      ...(typeof own === 'string' ? { alg: own } : alg === undefined ? undefined : { alg }),
    })
  })
}

function toPublicKey(input: Parameters<typeof createPublicKey>[0]): KeyObject {
  try {
    return createPublicKey(input)
  } catch {
    throw notAKey()
  }
}

function notAKey(): Error {
  return usageError(
    'this is not a key that can be published: use a PEM without passphrase, a JWK or a key set; secrets (kty "oct") have no public half',
  )
}

function parseJson(input: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(input)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
