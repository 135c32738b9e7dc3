import { OptionError } from '../../base/option-error.ts'

/**
 * The path of a request target on the wire: not decoded, without query, also of `http://host/path` (RFC 9112 section
 * 3.2).
 */
export function targetPath(target: string): string {
  const [path = ''] = target.split('?', 1)
  return path.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '')
}

/**
 * The rest of a path below the mount, or `undefined` if the path is not below it. Nothing is decoded, merged or
 * case-folded: another spelling is another path.
 *
 * @param mount such as `/auth`, or empty; a segment that begins with `:` is any one segment
 */
export function pathBelow(path: string, mount: string): string | undefined {
  if (mount === '') return path
  const segments = mount.split('/')
  const given = path.split('/')
  const isBelow = segments.every((segment, i) =>
    segment.startsWith(':') ? (given[i] ?? '') !== '' : segment === given[i],
  )
  return isBelow ? `/${given.slice(segments.length).join('/')}` : undefined
}

/**
 * Validates a path at which the application mounts routes.
 *
 * @throws `OptionError` if it does not begin with a slash, ends with one, or is not a plain path
 */
export function assertMountPath(option: string, path: unknown): asserts path is string {
  if (typeof path === 'string' && /^(?:\/[\w.~!$&'()+,;=@%-]+)+$/.test(path)) return
  throw new OptionError(
    option,
    'must be a plain path that begins with "/" and does not end with one, such as "/auth"',
  )
}
