import { kindOf, optionalString, type Fault } from '@countersign/core/toolkit'

/** Validates an audience. RFC 7519 section 4.1.3: a single audience is a string. @throws the error of `fault` */
export function audienceOf(audience: unknown, fault: Fault): string | readonly string[] {
  if (audience === undefined) {
    throw fault(
      'audience',
      'is required: name the servers that the token is for, here or once in createIssuer()',
    )
  }
  const list = typeof audience === 'string' ? [audience] : stringList(audience, 'audience', fault)
  if (list.length === 0 || list.includes(''))
    throw fault('audience', 'must not be empty: name the servers that the token is for')
  return list.length === 1 ? list[0]! : [...list]
}

/** Reads an optional string that must not be empty. @throws the error of `fault` */
export function optionalText(input: object, name: string, fault: Fault): string | undefined {
  const value = optionalString(input, name, fault)
  if (value === '') throw fault(name, 'must not be empty: leave it out if there is none')
  return value
}

/** Validates a list of strings that are not empty. @throws the error of `fault` */
export function stringList(value: unknown, name: string, fault: Fault): readonly string[] {
  if (!Array.isArray(value)) throw fault(name, `must be a list of strings, got ${kindOf(value)}`)
  const list: readonly unknown[] = value
  if (list.every((one) => typeof one === 'string' && one !== '')) return list as readonly string[]
  throw fault(name, 'must be a list of strings, none of them empty')
}
