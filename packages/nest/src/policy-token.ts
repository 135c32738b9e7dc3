/** The policy if none is named. */
export const DEFAULT_POLICY = 'default'

/** The injection token of a policy, for tests that override it. */
export function getPolicyToken(name: string = DEFAULT_POLICY): string {
  return `@countersign/nest/policy/${name}`
}
