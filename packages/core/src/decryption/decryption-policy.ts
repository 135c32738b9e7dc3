import {
  CONTENT_ENCRYPTIONS,
  DEFAULT_CONTENT_ENCRYPTIONS,
  DEFAULT_KEY_MANAGEMENT,
  isContentEncryption,
  isKeyManagement,
  KEY_MANAGEMENT,
  type ContentEncryption,
  type KeyManagementAlgorithm,
} from '../algorithms/jwe.ts'
import { readMembersWithin } from '../base/assert-names.ts'
import { OptionError } from '../base/option-error.ts'
import { DECRYPTION_OPTION_NAMES, type DecryptionOptions } from './decryption-options.ts'

/** How encrypted tokens are accepted. The keys are not part of it: policies are visible. */
export interface DecryptionPolicy {
  readonly algorithms: ReadonlySet<KeyManagementAlgorithm>
  readonly encryptions: ReadonlySet<ContentEncryption>
  /** Whether tokens that are only signed are rejected. */
  readonly required: boolean
}

/** The policy of the option `decryption`. */
export function readDecryptionPolicy(decryption: unknown): DecryptionPolicy {
  const options = readMembersWithin<DecryptionOptions>(decryption, DECRYPTION_OPTION_NAMES, 'decryption')
  const { algorithms, encryptions, required = true } = options
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
