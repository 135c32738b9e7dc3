import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Issuer } from '@countersign/issuer'
import { command, type Command } from '../command.ts'
import { CommandError, EXIT, usageError } from '../exit.ts'
import { confirm, type CommandIo } from '../io.ts'
import { newKeyPair } from '../key-pair.ts'
import { flag, text } from '../options.ts'
import { json, line, note } from '../output.ts'
import { MAKING_OPTIONS, nothingSigns, withNewRing, withRing } from '../ring.ts'
import { printKey } from './print-key.ts'

/** `countersign keys generate` */
export const keysGenerate: Command = command({
  name: 'keys generate',
  summary: 'Makes the first key of a ring; without a store, a secret or a key pair.',
  details: [
    'With --issuer and --store: makes the first key of that ring, which signs at once. Where the ring has keys, nothing is made.',
    'With --replace, the new key takes the place of the whole ring, which need not be readable: after keyEncryption was set or changed, or where the ring was tampered with. Start the application anew then. All tokens of the old keys are refused.',
    'Without a store: with --secret a shared secret; else a key pair, whose private half is printed with --private or written with --out. The public half is what stdout has otherwise.',
  ],
  options: {
    ...MAKING_OPTIONS,
    secret: flag('Prints a secret of 48 random bytes in base64url, for HS256 and `secrets`.'),
    private: flag('Prints the private JWK.'),
    out: text('<path>', 'Writes the private JWK to a new file (mode 0600), and prints the public one.'),
    replace: flag('Puts a new ring in place of the one that the store has.'),
    yes: flag('Does not ask before it replaces. Required where stdin is no terminal.'),
    json: flag('Prints JSON.'),
  },
  examples: [
    'keys generate --issuer https://auth.example.com --store file:./keys',
    'keys generate --algorithm EdDSA --out ./private.json > public.json',
    'keys generate --secret',
    'keys generate --issuer https://auth.example.com --store sqlite:./app.db --replace',
  ],
  async run({ values }, io) {
    const forms = [values.secret, values.private, values.out !== undefined].filter(Boolean).length
    if (forms > 1) throw usageError('--secret, --private and --out exclude each other')
    if (values.replace) {
      if (forms > 0) throw usageError('--replace is for the ring in a store')
      return replace(values, io)
    }
    // COUNTERSIGN_STORE alone does not make it a command on that store.
    if (values.store === undefined && values.issuer === undefined) return withoutStore(values, io)
    if (forms > 0) throw usageError('--secret, --private and --out are for keys without a store')
    return withRing(values, io, async (ring) => {
      const known = ring.view?.keys.find(({ state }) => state === 'active')
      if (ring.view !== undefined && known === undefined) {
        throw nothingSigns()
      }
      if (known !== undefined) {
        note(io, 'The ring has keys already: this one signs. `countersign keys rotate` makes the next one.')
        printKey(io, known, values.json)
        return EXIT.ok
      }
      return printFirst(await ring.change(), values.json, io)
    })
  },
})

async function replace(
  values: Parameters<typeof withNewRing>[0] & { readonly yes: boolean; readonly json: boolean },
  io: CommandIo,
): Promise<number> {
  if (!values.yes && !io.isTTY.stdin) throw usageError('nobody can be asked here: give --yes')
  return withNewRing(values, io, async (issuer) => {
    const question = 'Replace all keys of this issuer? Their tokens will be refused everywhere.'
    if (!values.yes && !(await confirm(io, question))) {
      note(io, 'Nothing was changed.')
      return EXIT.failed
    }
    return printFirst(issuer, values.json, io)
  })
}

/** Makes the first key of an empty ring. */
async function printFirst(issuer: Issuer, asJson: boolean, io: CommandIo): Promise<number> {
  await issuer.ready()
  const made = (await issuer.keys()).find(({ state }) => state === 'active')
  if (made !== undefined) printKey(io, made, asJson)
  return EXIT.ok
}

function withoutStore(
  values: {
    readonly secret: boolean
    readonly private: boolean
    readonly out: string | undefined
    readonly algorithm: string | undefined
  },
  io: CommandIo,
): number {
  if (values.secret) {
    line(io, randomBytes(48).toString('base64url'))
    return EXIT.ok
  }
  if (!values.private && values.out === undefined) {
    throw usageError(
      'say where the private key goes: --out <path>, or --private to print it; or name a ring by --issuer and --store',
    )
  }
  const { publicJwk, privateJwk } = newKeyPair(values.algorithm ?? 'ES256')
  if (values.private) {
    line(io, json(privateJwk))
    return EXIT.ok
  }
  writePrivate(resolve(io.cwd, values.out ?? ''), `${json(privateJwk)}\n`)
  line(io, json(publicJwk))
  return EXIT.ok
}

/** Never over a file that is there: it may be the only copy of a key. */
function writePrivate(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new CommandError(
      EXIT.failed,
      exists ? '--out exists already: nothing was written' : '--out cannot be written',
    )
  }
}
