import {
  createIssuer,
  type Issuer,
  type KeyInfo,
  type KeyRingIssuerOptions,
  type SigningAlgorithm,
} from '@countersign/issuer'
import type { KeyStore } from '@countersign/stores'
import { CommandError, EXIT, usageError } from './exit.ts'
import type { CommandIo } from './io.ts'
import { flag, number, text, type OptionSpec, type OptionValues } from './options.ts'
import { assertEncrypted, readEncryption } from './passphrases.ts'
import { openKeyStore, readLocation } from './stores.ts'

/** Options that locate a store. */
export const STORE_OPTIONS: Readonly<Record<'store' | 'schema' | 'prefix', OptionSpec<'text'>>> = {
  store: text(
    '<spec>',
    'Location of the store: file:./keys, sqlite:./app.db, postgres://… or redis://…. Default: COUNTERSIGN_STORE, which keeps a password off the command line.',
  ),
  schema: text('<name>', 'Schema of PostgreSQL. Default countersign.'),
  prefix: text('<text>', 'Prefix of the keys in Redis. Default countersign.'),
}

/** Options that find a ring of keys and open it. */
export const RING_OPTIONS: typeof STORE_OPTIONS &
  Readonly<Record<'issuer' | 'passphrase-file', OptionSpec<'text'>>> &
  Readonly<Record<'unencrypted', OptionSpec<'flag'>>> &
  Readonly<Record<'max-expires-in', OptionSpec<'number'>>> = {
  issuer: text('<url>', 'The issuer of the ring: "iss" of its tokens. Required.'),
  ...STORE_OPTIONS,
  'passphrase-file': text(
    '<path>',
    'File whose first line is the passphrase. Default: COUNTERSIGN_PASSPHRASE with file:, else COUNTERSIGN_KEY_PASSPHRASE.',
  ),
  unencrypted: flag('Allows private keys to be stored without encryption.'),
  'max-expires-in': number(
    '<seconds>',
    'maxExpiresIn of the application: how long a key stays published after its last signature. Default 3600.',
  ),
}

/** Options of commands that make keys. They must have the same values as in the application. */
export const KEY_OPTIONS: typeof RING_OPTIONS &
  Readonly<Record<'algorithm', OptionSpec<'text'>>> &
  Readonly<Record<'lead' | 'rotate-every' | 'jwks-max-age' | 'refresh-keys-every', OptionSpec<'number'>>> = {
  ...RING_OPTIONS,
  algorithm: text(
    '<name>',
    'ES256, EdDSA, RS256 or PS256. Default: the algorithm of the key that signs now; ES256 for the first key.',
  ),
  lead: number('<seconds>', 'How long a key is published before it signs. Default 3600.'),
  'rotate-every': number(
    '<seconds>',
    'Time between the first signatures of two keys. Default 2592000 (30 days).',
  ),
  'jwks-max-age': number('<seconds>', 'How long verifiers may keep the key set. Default 600.'),
  'refresh-keys-every': number('<seconds>', 'How often the application reads the ring. Default 30.'),
}

type RingValues = OptionValues<typeof RING_OPTIONS> & Partial<OptionValues<typeof KEY_OPTIONS>>

/** An existing ring. */
export interface RingView {
  /** Reads the ring and signs with it, but changes nothing. */
  readonly issuer: Issuer
  /** All its keys; none if no key of it signs any more. */
  readonly keys: readonly KeyInfo[]
}

/** A ring, and a way to change it. */
export interface OpenRing {
  /** `undefined` if the store has no ring of this issuer. */
  readonly view: RingView | undefined
  /** Creates an issuer that can change the ring. It needs the passphrase of the ring. */
  change(): Promise<Issuer>
}

/** Opens the ring that the options name, and closes it after the work. */
export function withRing(
  values: RingValues,
  io: CommandIo,
  work: (ring: OpenRing) => Promise<number>,
): Promise<number> {
  return withKeyStore(values, io, async ({ optionsFor, assertMayWrite }) => {
    const view = await viewOf(optionsFor(algorithmOf(values)))
    return work({
      view,
      async change() {
        assertMayWrite()
        const current = view?.keys.find(({ state }) => state === 'active')?.algorithm
        const ours = algorithmOf(values) ?? SIGNING.find((one) => one === current)
        // A new key with the wrong passphrase would stop the application. So first check that the current key can be decrypted.
        if (current !== undefined) await view?.issuer.ready()
        return createIssuer(optionsFor(ours))
      },
    })
  })
}

/** Creates an issuer whose first key replaces the ring in the store, even an unreadable one. */
export function withNewRing(
  values: RingValues,
  io: CommandIo,
  work: (issuer: Issuer) => Promise<number>,
): Promise<number> {
  return withKeyStore(values, io, async ({ optionsFor, assertMayWrite }) => {
    assertMayWrite()
    const options = optionsFor(algorithmOf(values))
    return work(createIssuer({ ...options, store: hideOldRing(options.store) }))
  })
}

/** The store of keys in the options. */
interface OpenKeyStore {
  readonly optionsFor: (algorithm: SigningAlgorithm | undefined) => KeyRingIssuerOptions
  /** @throws `CommandError` if private keys would be stored without encryption, and `--unencrypted` is not set */
  readonly assertMayWrite: () => void
}

async function withKeyStore(
  values: RingValues,
  io: CommandIo,
  work: (open: OpenKeyStore) => Promise<number>,
): Promise<number> {
  if (values.issuer === undefined) throw usageError('--issuer is required: the "iss" of the tokens, a URL')
  const { issuer } = values
  const location = readLocation(values.store, io)
  const encryption = readEncryption(location, values, io)
  const { store, close } = await openKeyStore(location, values, encryption.files, io)
  try {
    return await work({
      optionsFor: (algorithm) => ({
        issuer,
        store,
        algorithm,
        keyEncryption: encryption.keys,
        // `assertMayWrite` checks before any write; reading needs no secret.
        dangerouslyUnencrypted: encryption.keys === undefined ? true : undefined,
        maxExpiresIn: values['max-expires-in'],
        lead: values.lead,
        rotateEvery: values['rotate-every'],
        jwksMaxAge: values['jwks-max-age'],
        refreshKeysEvery: values['refresh-keys-every'],
        // A token made by hand has exactly the requested lifetime.
        random: () => 0,
        now: io.now,
      }),
      assertMayWrite: () => assertEncrypted(location, encryption, values.unencrypted),
    })
  } finally {
    await close()
  }
}

/** The ring. @throws `CommandError` if there is none */
export function requireRing({ view }: OpenRing): RingView {
  if (view !== undefined) return view
  throw new CommandError(
    EXIT.failed,
    'this store has no keys of this issuer: check --issuer and --store, or run `countersign keys generate`',
  )
}

const SIGNING: readonly SigningAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']

/** The value of the option. `createIssuer` validates it. */
function algorithmOf({ algorithm }: RingValues): SigningAlgorithm | undefined {
  return algorithm as SigningAlgorithm | undefined
}

/** Reads only: with other options than the application's, an issuer could make keys too early. */
async function viewOf(options: KeyRingIssuerOptions): Promise<RingView | undefined> {
  const issuer = createIssuer({ ...options, store: readOnly(options.store) })
  if ((await options.store.readKeyRing(options.issuer)).version === 0) return undefined
  try {
    return { issuer, keys: await issuer.keys() }
  } catch (error) {
    // Every key was removed: the issuer tries to make one.
    if (error === READ_ONLY) return { issuer, keys: [] }
    throw error
  }
}

/** The error if every key was removed. */
export function noActiveKey(): CommandError {
  return new CommandError(
    EXIT.failed,
    'no key of this ring can sign any more: `countersign keys rotate` makes a new one',
  )
}

/** The issuer gets this error if it tries to write while it may only read. */
const READ_ONLY = noActiveKey()

function readOnly(store: KeyStore): KeyStore {
  return {
    readKeyRing: (ring) => store.readKeyRing(ring),
    writeKeyRing: () => Promise.reject(READ_ONLY),
  }
}

/** The store, but it returns an empty ring until a new ring is written. */
function hideOldRing(store: KeyStore): KeyStore {
  let isNew = false
  return {
    async readKeyRing(ring) {
      const record = await store.readKeyRing(ring)
      return isNew ? record : { ...record, content: undefined }
    },
    writeKeyRing: async (...given) => (isNew = (await store.writeKeyRing(...given)) || isNew),
  }
}
