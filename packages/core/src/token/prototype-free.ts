const EMPTY: Readonly<Record<string, unknown>> = {}

/**
 * Whether `Object.prototype` was made to have members that could pass for those of a token, as a library elsewhere in the
 * process may let a request do (prototype pollution). Asked for each token, so by plain reads, which cost next to nothing;
 * `for … in` sees all that was simply assigned, the names are those that are read of headers and claims.
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
 * The same parsed JSON, of objects without prototype: what is not in the text cannot be read from it.
 * @param depth how far down; what is deeper stays as it is
 */
export function withoutPrototypes(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value
  if (Array.isArray(value)) return value.map((item) => withoutPrototypes(item, depth - 1))
  const copy = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value))
    copy[name] = withoutPrototypes((value as Record<string, unknown>)[name], depth - 1)
  return copy
}
