const EMPTY: Readonly<Record<string, unknown>> = {}

/**
 * Whether `Object.prototype` has members that could pass for those of a token, since a vulnerable library in the
 * process may let a request set them (prototype pollution). Checked for each token, so with plain reads, which cost
 * next to nothing. `for … in` finds everything that was simply assigned; the names are those that are read from
 * headers and claims.
 */
export function isPrototypePolluted(): boolean {
  for (const name in EMPTY) return name !== ''
  return (
    EMPTY['alg'] !== undefined ||
    EMPTY['kid'] !== undefined ||
    EMPTY['typ'] !== undefined ||
    EMPTY['crit'] !== undefined ||
    EMPTY['b64'] !== undefined ||
    EMPTY['zip'] !== undefined ||
    EMPTY['enc'] !== undefined ||
    EMPTY['cty'] !== undefined ||
    EMPTY['iss'] !== undefined ||
    EMPTY['sub'] !== undefined ||
    EMPTY['aud'] !== undefined ||
    EMPTY['exp'] !== undefined ||
    EMPTY['nbf'] !== undefined ||
    EMPTY['iat'] !== undefined ||
    EMPTY['jti'] !== undefined ||
    EMPTY['sid'] !== undefined ||
    EMPTY['cnf'] !== undefined ||
    EMPTY['azp'] !== undefined ||
    EMPTY['client_id'] !== undefined ||
    EMPTY['scope'] !== undefined ||
    EMPTY['scp'] !== undefined ||
    EMPTY['nonce'] !== undefined ||
    EMPTY['auth_time'] !== undefined ||
    EMPTY['firebase'] !== undefined ||
    EMPTY['at_hash'] !== undefined ||
    EMPTY['c_hash'] !== undefined ||
    EMPTY['events'] !== undefined ||
    EMPTY['token_use'] !== undefined ||
    EMPTY['epoch'] !== undefined ||
    EMPTY['tenant'] !== undefined
  )
}

/**
 * The same parsed JSON, as objects without prototypes: only what is in the text can be read.
 * @param depth levels to convert; deeper values stay as they are
 */
export function withoutPrototypes(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value
  if (Array.isArray(value)) return value.map((item) => withoutPrototypes(item, depth - 1))
  const copy = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value))
    copy[name] = withoutPrototypes((value as Record<string, unknown>)[name], depth - 1)
  return copy
}
