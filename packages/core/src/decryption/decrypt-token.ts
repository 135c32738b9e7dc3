import { Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { DecryptionOptions } from './decryption-options.ts'
import type { DecryptionPolicy } from './decryption-policy.ts'
import { readDecryptionKeys, type DecryptionKey } from './decryption-keys.ts'
import { readEncrypted, type EncryptionHeader } from './encrypted.ts'
import type { KeyManagementAlgorithm } from '../algorithms/jwe.ts'

/** The step before step 4, for tokens that are encrypted. */
export interface TokenDecrypter {
  /** The nested token, nothing of it verified; or the same text, if tokens need not be encrypted. */
  readonly decryptToken: (token: string) => MaybePromise<string | Failure>
  /** Resolves when keys are available; rejects with an error that says why they are not. */
  ready(): Promise<void>
}

type Jose = typeof import('./jose.ts')
type JoseJwk = Parameters<Jose['importJWK']>[0]
type JoseKey = Awaited<ReturnType<Jose['importJWK']>>

/** A key in the form that `jose` accepts, for each of its algorithms. */
interface ReadyKey {
  readonly kid: string | undefined
  readonly handles: ReadonlyMap<KeyManagementAlgorithm, JoseKey>
}

/** The library and the keys, once they are loaded. */
interface Means {
  readonly jose: Jose
  readonly keys: readonly ReadyKey[]
}

// A byte order mark is kept, so that it is rejected. Invalid UTF-8 is rejected too, since its replacement is not
// base64url.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Decrypts nested tokens: signed, then encrypted (RFC 7519 section 5.2, RFC 7516). The nested token is then verified
 * like every token. `jose` is loaded when the first encrypted token comes, or by `ready()`, and never without this
 * option.
 *
 * @param maxLength characters of the encrypted token
 * @throws `OptionError` if a key cannot be used, and the runtime knows at once
 */
export function createTokenDecrypter(
  options: DecryptionOptions,
  policy: DecryptionPolicy,
  maxLength: number,
): TokenDecrypter {
  const keys = readDecryptionKeys(options, policy)
  // Callers get the rejection when they ask for the keys. If none has asked yet, it must not end the process.
  if (keys instanceof Promise) void keys.catch(() => undefined)
  let means: Promise<Means> | undefined
  const getMeans = (): Promise<Means> => (means ??= makeReady(keys))

  async function open(token: string, header: EncryptionHeader): Promise<string | Failure> {
    let found: Means
    try {
      found = await getMeans()
    } catch (cause) {
      // A key that the runtime cannot import is a mistake in the options, not in the token.
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
 * The keys to try for a token: those with its `kid`, then those without a `kid`; all if the token has none. At most
 * 16.
 */
function candidates(keys: readonly ReadyKey[], { alg, kid }: EncryptionHeader): readonly JoseKey[] {
  const named = keys.filter((key) => key.kid === kid)
  const unnamed = keys.filter((key) => key.kid === undefined)
  return (kid === undefined ? keys : [...named, ...unnamed])
    .map(({ handles }) => handles.get(alg))
    .filter((handle) => handle !== undefined)
}

/**
 * The plaintext, or `undefined` if decryption fails for any reason. The reason is not shown, not even in the cause:
 * every difference that is visible from outside helps to decrypt (RFC 7516 section 11.5).
 */
async function decryptWith(
  jose: Jose,
  key: JoseKey,
  token: string,
  { alg, enc }: EncryptionHeader,
): Promise<string | undefined> {
  try {
    // The library reads the header again. It must find exactly the algorithms that were checked, and must not inflate
    // anything.
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
