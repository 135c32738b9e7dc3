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
import { KEY_OPTIONS, noActiveKey, withNewRing, withRing } from '../ring.ts'
import { printKey } from './print-key.ts'

/** `countersign keys generate` */
export const keysGenerate: Command = command({
  name: 'keys generate',
  summary: 'Makes the first key of a ring; without a store, makes a secret or a key pair.',
  details: [
    'With --issuer and --store: makes the first key of that ring, which signs at once. If the ring has keys already, makes nothing.',
    'With --replace: the new key replaces the whole ring, even if the ring cannot be read. Use it after keyEncryption was set or changed, or if an attacker changed the ring. Then restart the application. All tokens of the old keys are rejected.',
    'Without a store: --secret prints a shared secret, --private prints a private key. --out writes the private key to a file and prints the public key.',
  ],
  options: {
    ...KEY_OPTIONS,
    secret: flag('Prints a secret of 48 random bytes in base64url, for HS256 and `secrets`.'),
    private: flag('Prints the private JWK.'),
    out: text('<path>', 'Writes the private JWK to a new file (mode 0600), and prints the public one.'),
    replace: flag('Replaces the ring in the store by a new one.'),
    yes: flag('Replaces without a question. Required if stdin is not a terminal.'),
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
    if (forms > 1) throw usageError('use only one of --secret, --private and --out')
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
        throw noActiveKey()
      }
      if (known !== undefined) {
        note(
          io,
          'The ring has keys already: this key signs now. `countersign keys rotate` makes the next key.',
        )
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
  if (!values.yes && !io.isTTY.stdin)
    throw usageError('stdin is not a terminal, so the command cannot ask: use --yes')
  return withNewRing(values, io, async (issuer) => {
    const question = 'Replace all keys of this issuer? Their tokens will be rejected everywhere.'
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
      'choose what to do with the private key: --out <path> writes it, --private prints it; or choose a ring with --issuer and --store',
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

/** Never overwrites a file: it may be the only copy of a key. */
function writePrivate(path: string, content: string): void {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new CommandError(
      EXIT.failed,
      exists
        ? 'the file of --out exists already: nothing was written'
        : 'the file of --out cannot be written',
    )
  }
}
