import { Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { DecryptionOptions } from './decryption-options.ts'
import type { DecryptionPolicy } from './decryption-policy.ts'
import { readDecryptionKeys, type DecryptionKey } from './decryption-keys.ts'
import { readEncrypted, type EncryptionHeader } from './encrypted.ts'
import type { KeyManagementAlgorithm } from '../algorithms/jwe.ts'

/** The step before step 4, for tokens that are encrypted. */
export interface TokenDecrypter {
  /** The token that is inside, nothing of it verified; or the same text, where tokens need not be encrypted. */
  readonly decryptToken: (token: string) => MaybePromise<string | Failure>
  /** Resolves once keys are at hand; rejects with an error that says what is in the way. */
  ready(): Promise<void>
}

type Jose = typeof import('./jose.ts')
type JoseJwk = Parameters<Jose['importJWK']>[0]
type JoseKey = Awaited<ReturnType<Jose['importJWK']>>

/** A key as `jose` takes it, for each of its algorithms. */
interface ReadyKey {
  readonly kid: string | undefined
  readonly handles: ReadonlyMap<KeyManagementAlgorithm, JoseKey>
}

/** The library and the keys, once they are at hand. */
interface Means {
  readonly jose: Jose
  readonly keys: readonly ReadyKey[]
}

// A byte order mark stays, so that it is refused; so is what is no UTF-8, since its replacement is no base64url.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Opens nested tokens: signed, then encrypted (RFC 7519 section 5.2, RFC 7516). What is inside goes the way of every
 * token. `jose` is loaded when the first encrypted token comes, or by `ready()`, and never without this option.
 *
 * @param maxLength characters of the encrypted token
 * @throws `OptionError` where a key cannot be used, and the runtime knows at once
 */
export function createTokenDecrypter(
  options: DecryptionOptions,
  policy: DecryptionPolicy,
  maxLength: number,
): TokenDecrypter {
  const keys = readDecryptionKeys(options, policy)
  // Whoever asks for them is told of a rejection; that nobody has asked yet is no reason to end the process.
  if (keys instanceof Promise) void keys.catch(() => undefined)
  let means: Promise<Means> | undefined
  const getMeans = (): Promise<Means> => (means ??= makeReady(keys))

  async function open(token: string, header: EncryptionHeader): Promise<string | Failure> {
    let found: Means
    try {
      found = await getMeans()
    } catch (cause) {
      // A key that the runtime cannot import is a mistake in the options: it has nothing to do with the token.
      return new Failure('internal_error', { cause })
    }
    for (const key of candidates(found.keys, header)) {
      const text = await decryptWith(found.jose, key, token, header)
      if (text !== undefined) return text
    }
    return new Failure('decryption_failed')
  }

  return Object.freeze({
    decryptToken(token: string) {
      if (token.length > maxLength) return new Failure('token_malformed')
      const segments = token.split('.', 6)
      if (segments.length === 5) {
        const header = readEncrypted(segments, policy)
        return header instanceof Failure ? header : open(token, header)
      }
      if (!policy.required) return token
      return new Failure(segments.length === 3 ? 'decryption_failed' : 'token_malformed')
    },
    ready: async () => {
      await getMeans()
    },
  })
}

async function makeReady(keys: MaybePromise<readonly DecryptionKey[]>): Promise<Means> {
  const jose = await import('./jose.ts')
  const ready = (await keys).map(async ({ kid, algorithms, material }): Promise<ReadyKey> => {
    const importFor = async (algorithm: KeyManagementAlgorithm): Promise<JoseKey> =>
      'kty' in material ? jose.importJWK(material as JoseJwk, algorithm) : (material as JoseKey)
    const handles = [...algorithms].map(async (name) => [name, await importFor(name)] as const)
    return { kid, handles: new Map(await Promise.all(handles)) }
  })
  return { jose, keys: await Promise.all(ready) }
}

/**
 * The keys that a token may be encrypted to: those that it names, then those without a name; all where it names none.
 * There are 16 at most.
 */
function candidates(keys: readonly ReadyKey[], { alg, kid }: EncryptionHeader): readonly JoseKey[] {
  const named = keys.filter((key) => key.kid === kid)
  const unnamed = keys.filter((key) => key.kid === undefined)
  return (kid === undefined ? keys : [...named, ...unnamed])
    .map(({ handles }) => handles.get(alg))
    .filter((handle) => handle !== undefined)
}

/**
 * The plaintext, or `undefined` for whatever is in the way. Why it failed is told to nobody, not even in the cause: each
 * difference that can be seen from outside helps to decrypt (RFC 7516 section 11.5).
 */
async function decryptWith(
  jose: Jose,
  key: JoseKey,
  token: string,
  { alg, enc }: EncryptionHeader,
): Promise<string | undefined> {
  try {
    // Read again by the library: it must find the very algorithms that were judged, and inflate nothing.
    const { plaintext } = await jose.compactDecrypt(token, key, {
      keyManagementAlgorithms: [alg],
      contentEncryptionAlgorithms: [enc],
      maxDecompressedLength: 0,
    })
    return utf8.decode(plaintext)
  } catch {
    return undefined
  }
}
