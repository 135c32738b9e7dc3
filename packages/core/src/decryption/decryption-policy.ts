import {
  CONTENT_ENCRYPTIONS,
  DEFAULT_CONTENT_ENCRYPTIONS,
  DEFAULT_KEY_MANAGEMENT,
  isContentEncryption,
  isKeyManagement,
  KEY_MANAGEMENT,
} from '../algorithms/jwe.ts'
import { assertNames, faultWithin, type NamesOf } from '../base/assert-names.ts'
import { OptionError } from '../base/option-error.ts'
import type { BaseOptions, DecryptionOptions } from '../policy/options.ts'
import type { DecryptionPolicy } from '../policy/policy.ts'

/** Every option there is, for finding typing mistakes. */
const DECRYPTION_OPTIONS: NamesOf<DecryptionOptions> = {
  key: true,
  algorithms: true,
  encryptions: true,
  required: true,
}

/** How encrypted tokens are taken: `undefined` where they are not. The keys are read elsewhere: no policy shows them. */
export function readDecryptionPolicy(options: BaseOptions): DecryptionPolicy | undefined {
  if (!Object.hasOwn(options, 'decryption')) return undefined
  const decryption: unknown = options.decryption
  if (typeof decryption !== 'object' || decryption === null || Array.isArray(decryption)) {
    throw new OptionError('decryption', 'must be an object: { key }, or be left out')
  }
  assertNames<DecryptionOptions>(decryption, DECRYPTION_OPTIONS, 'decryption', faultWithin('decryption'))
  const { algorithms, encryptions, required = true }: Partial<DecryptionOptions> = decryption
  if (typeof required !== 'boolean') throw new OptionError('decryption.required', 'must be true or false')
  return Object.freeze({
    algorithms: nameSet(algorithms, 'algorithms', isKeyManagement, KEY_MANAGEMENT, DEFAULT_KEY_MANAGEMENT),
    encryptions: nameSet(
      encryptions,
      'encryptions',
      isContentEncryption,
      CONTENT_ENCRYPTIONS,
      DEFAULT_CONTENT_ENCRYPTIONS,
    ),
    required,
  })
}

function nameSet<Name extends string>(
  value: unknown,
  option: string,
  isKnown: (name: string) => name is Name,
  known: Readonly<Record<Name, unknown>>,
  otherwise: readonly Name[],
): ReadonlySet<Name> {
  if (value === undefined) return new Set(otherwise)
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  const names = list.filter((name) => typeof name === 'string').filter(isKnown)
  if (list.length === 0 || names.length < list.length) {
    throw new OptionError(
      `decryption.${option}`,
      `must be a list of one or more of ${Object.keys(known).join(', ')}`,
    )
  }
  return new Set(names)
}
