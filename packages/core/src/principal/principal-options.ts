import type { NamesOf } from '../base/assert-names.ts'
import { OptionError } from '../base/option-error.ts'
import { toSegments, type ClaimPath } from './claim-path.ts'

/** Options for the claims that contain scopes and roles. */
export interface MappingOptions {
  /** Claims that contain scopes. Default `['scope', 'scp']`. */
  readonly scopesFrom?: ClaimPath | readonly ClaimPath[]
  /** Claims that contain roles, such as `realm_access.roles`, `cognito:groups`, `groups`. Default `['roles']`. */
  readonly rolesFrom?: ClaimPath | readonly ClaimPath[]
}

export const MAPPING_OPTION_NAMES: NamesOf<MappingOptions> = {
  scopesFrom: true,
  rolesFrom: true,
}

/** Options for the content of a principal, for any issuer. */
export interface PrincipalOptions {
  /** Puts the raw token on the principal, as `token`, which is not enumerable. Default false. */
  readonly exposeToken?: boolean
}

export const PRINCIPAL_OPTION_NAMES: NamesOf<PrincipalOptions> = { exposeToken: true }

/** The claims that contain scopes and roles, as paths in segments. */
export interface ClaimMapping {
  readonly scopesFrom: readonly (readonly string[])[]
  readonly rolesFrom: readonly (readonly string[])[]
}

export function readMapping({ scopesFrom, rolesFrom }: MappingOptions): ClaimMapping {
  return Object.freeze({
    scopesFrom: readPaths('scopesFrom', scopesFrom, ['scope', 'scp']),
    rolesFrom: readPaths('rolesFrom', rolesFrom, ['roles']),
  })
}

/** One path or a list of paths. A list of names is a list of paths, so a path in segments must be inside a list. */
function readPaths(
  option: string,
  value: ClaimPath | readonly ClaimPath[] | undefined,
  otherwise: readonly string[],
): readonly (readonly string[])[] {
  const paths: readonly unknown[] = value === undefined ? otherwise : Array.isArray(value) ? value : [value]
  const segments = paths.map((path) => {
    const names = typeof path === 'string' || Array.isArray(path) ? toSegments(path as ClaimPath) : []
    if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === '')) {
      throw new OptionError(option, 'must be the name of a claim, or a list of names')
    }
    return Object.freeze(names)
  })
  return Object.freeze(segments)
}
