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
import { assertSealed, readEncryption } from './passphrases.ts'
import { openKeyStore, readPlace } from './stores.ts'

/** Options that say where a store is. */
export const STORE_OPTIONS: Readonly<Record<'store' | 'schema' | 'prefix', OptionSpec<'text'>>> = {
  store: text(
    '<spec>',
    'Where the store is: file:./keys, sqlite:./app.db, postgres://… or redis://…; default COUNTERSIGN_STORE, which keeps a password off the command line.',
  ),
  schema: text('<name>', 'Schema of PostgreSQL. Default countersign.'),
  prefix: text('<text>', 'What keys of Redis begin with. Default countersign.'),
}

/** Options that find a ring of keys and open it. */
export const RING_OPTIONS: typeof STORE_OPTIONS &
  Readonly<Record<'issuer' | 'passphrase-file', OptionSpec<'text'>>> &
  Readonly<Record<'unencrypted', OptionSpec<'flag'>>> &
  Readonly<Record<'max-expires-in', OptionSpec<'number'>>> = {
  issuer: text('<url>', 'The issuer whose ring it is: "iss" of its tokens. Required.'),
  ...STORE_OPTIONS,
  'passphrase-file': text(
    '<path>',
    'File whose first line is the passphrase. Default: COUNTERSIGN_PASSPHRASE with file:, else COUNTERSIGN_KEY_PASSPHRASE.',
  ),
  unencrypted: flag('Spells out that private keys are stored as they are.'),
  'max-expires-in': number(
    '<seconds>',
    'maxExpiresIn of the application: how long a key stays published after its last signature. Default 3600.',
  ),
}

/** Options of commands that make keys. They must be those of the application. */
export const MAKING_OPTIONS: typeof RING_OPTIONS &
  Readonly<Record<'algorithm', OptionSpec<'text'>>> &
  Readonly<Record<'lead' | 'rotate-every' | 'jwks-max-age' | 'refresh-keys-every', OptionSpec<'number'>>> = {
  ...RING_OPTIONS,
  algorithm: text(
    '<name>',
    'ES256, EdDSA, RS256 or PS256. Default: that of the key which signs now; ES256 for the first key.',
  ),
  lead: number('<seconds>', 'How long a key is published before it signs. Default 3600.'),
  'rotate-every': number(
    '<seconds>',
    'From one key’s first signature to the next one’s. Default 2592000 (30 days).',
  ),
  'jwks-max-age': number('<seconds>', 'For how long verifiers may keep the key set. Default 600.'),
  'refresh-keys-every': number('<seconds>', 'How often the application reads the ring. Default 30.'),
}

type RingValues = OptionValues<typeof RING_OPTIONS> & Partial<OptionValues<typeof MAKING_OPTIONS>>

/** A ring that is there. */
export interface RingView {
  /** Looks at the ring and signs with it, but changes nothing. */
  readonly issuer: Issuer
  /** All its keys; none where no key of it signs any more. */
  readonly keys: readonly KeyInfo[]
}

/** A ring, and the means to change it. */
export interface OpenRing {
  /** `undefined` where the store has no ring of this issuer. */
  readonly view: RingView | undefined
  /** An issuer that changes the ring. Made when asked for: it demands the passphrase that the ring has. */
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
        // A key that does not open would stop the application: the one that signs now must.
        if (current !== undefined) await view?.issuer.ready()
        return createIssuer(optionsFor(ours))
      },
    })
  })
}

/** An issuer whose first key takes the place of the ring that the store has, whatever that is. */
export function withNewRing(
  values: RingValues,
  io: CommandIo,
  work: (issuer: Issuer) => Promise<number>,
): Promise<number> {
  return withKeyStore(values, io, async ({ optionsFor, assertMayWrite }) => {
    assertMayWrite()
    const options = optionsFor(algorithmOf(values))
    return work(createIssuer({ ...options, store: forgetful(options.store) }))
  })
}

/** What the options name. */
interface OpenKeyStore {
  readonly optionsFor: (algorithm: SigningAlgorithm | undefined) => KeyRingIssuerOptions
  /** @throws `CommandError` where private keys would be written as they are, and that is not spelled out */
  readonly assertMayWrite: () => void
}

async function withKeyStore(
  values: RingValues,
  io: CommandIo,
  work: (open: OpenKeyStore) => Promise<number>,
): Promise<number> {
  if (values.issuer === undefined) throw usageError('--issuer is required: the "iss" of the tokens, a URL')
  const { issuer } = values
  const place = readPlace(values.store, io)
  const encryption = readEncryption(place, values, io)
  const { store, close } = await openKeyStore(place, values, encryption.files, io)
  try {
    return await work({
      optionsFor: (algorithm) => ({
        issuer,
        store,
        algorithm,
        keyEncryption: encryption.keys,
        // What is written is checked by `assertMayWrite`; looking needs no secret.
        dangerouslyUnencrypted: encryption.keys === undefined ? true : undefined,
        maxExpiresIn: values['max-expires-in'],
        lead: values.lead,
        rotateEvery: values['rotate-every'],
        jwksMaxAge: values['jwks-max-age'],
        refreshKeysEvery: values['refresh-keys-every'],
        // Who mints by hand gets the lifetime that was asked for.
        random: () => 0,
        now: io.now,
      }),
      assertMayWrite: () => assertSealed(place, encryption, values.unencrypted),
    })
  } finally {
    await close()
  }
}

/** The ring, or the reason why there is nothing to do. */
export function existing({ view }: OpenRing): RingView {
  if (view !== undefined) return view
  throw new CommandError(
    EXIT.failed,
    'this store has no keys of this issuer: check --issuer and --store, or run `countersign keys generate`',
  )
}

const SIGNING: readonly SigningAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']

/** What the option names, judged where the issuer is made. */
function algorithmOf({ algorithm }: RingValues): SigningAlgorithm | undefined {
  return algorithm as SigningAlgorithm | undefined
}

/** Looking must not change: an issuer makes keys that are due by its own options, which may not be the application's. */
async function viewOf(options: KeyRingIssuerOptions): Promise<RingView | undefined> {
  const issuer = createIssuer({ ...options, store: readOnly(options.store) })
  if ((await options.store.readKeyRing(options.issuer)).version === 0) return undefined
  try {
    return { issuer, keys: await issuer.keys() }
  } catch (error) {
    // Every key was taken out: the issuer wants to make one.
    if (error === WROTE) return { issuer, keys: [] }
    throw error
  }
}

/** Every key was taken out. */
export function nothingSigns(): CommandError {
  return new CommandError(
    EXIT.failed,
    'no key of this ring signs any more: `countersign keys rotate` makes one',
  )
}

/** What the issuer is told when it wants to make a key while it may only look. */
const WROTE = nothingSigns()

function readOnly(store: KeyStore): KeyStore {
  return {
    readKeyRing: (ring) => store.readKeyRing(ring),
    writeKeyRing: () => Promise.reject(WROTE),
  }
}

/** The store, as if its ring were empty, until another is written. */
function forgetful(store: KeyStore): KeyStore {
  let isNew = false
  return {
    async readKeyRing(ring) {
      const record = await store.readKeyRing(ring)
      return isNew ? record : { ...record, content: undefined }
    },
    writeKeyRing: async (...given) => (isNew = (await store.writeKeyRing(...given)) || isNew),
  }
}
