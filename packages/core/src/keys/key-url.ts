import { stringList } from '../base/assert-options.ts'
import { hasUserInfo, isLoopback } from '../base/hosts.ts'
import { OptionError } from '../base/option-error.ts'
import type { KeyOptions } from './key-options.ts'

/** Whether keys may be fetched from a URL: https; http only on this machine, or on hosts that the policy names. */
export function isAllowedKeyUrl(url: URL, allowHttp: ReadonlySet<string>): boolean {
  if (hasUserInfo(url)) return false
  if (url.protocol === 'https:') return true
  if (url.protocol !== 'http:') return false
  const { hostname, port } = url
  return isLoopback(hostname) || allowHttp.has(hostname) || allowHttp.has(`${hostname}:${port || '80'}`)
}

/** Part of the path of metadata (RFC 8615): of OpenID Connect Discovery 1.0 section 4 and of RFC 8414 section 3. */
const METADATA = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(?![^/?#])/i

/** Whether a text is the URL of an issuer's metadata. */
export function isMetadataAddress(text: string): boolean {
  return METADATA.test(text)
}

/**
 * The URL from which keys, or the metadata that name it, are fetched. Messages never contain it: it may contain a
 * password.
 */
export function readKeyUrl(
  option: 'issuer' | 'jwksUri',
  value: unknown,
  allowHttp: ReadonlySet<string>,
): URL {
  const text = value instanceof URL ? value.href : value
  if (typeof text !== 'string' || !URL.canParse(text)) {
    const why =
      option === 'issuer'
        ? ' and no key source is given: give "jwksUri", "jwks", "publicKey" or "secret"'
        : ': give one such as "https://idp.example.com/keys"'
    throw new OptionError(option, `is not a URL${why}`)
  }
  const url = new URL(text)
  if (hasUserInfo(url)) {
    throw new OptionError(option, 'has a user name or password in it, which is never sent: remove it')
  }
  if (option === 'jwksUri' && isMetadataAddress(text)) {
    throw new OptionError(
      option,
      'is the URL of metadata, not of a key set: give the "jwks_uri" of the metadata, or remove this option, since "issuer" is enough to find it',
    )
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new OptionError(
      option,
      'must be an https URL, since keys are fetched from it: begin it with "https://"',
    )
  }
  if (!isAllowedKeyUrl(url, allowHttp)) {
    throw new OptionError(
      option,
      'must be https, since keys are fetched from it: use https, or name its host in dangerouslyAllowHttp',
    )
  }
  return url
}

/** The hosts of `dangerouslyAllowHttp` in the form of URLs: lower case, IPv6 in brackets, with a port if given. */
export function readHttpHosts(options: KeyOptions): ReadonlySet<string> {
  if (options.dangerouslyAllowHttp === undefined) return new Set()
  return new Set(stringList(options, 'dangerouslyAllowHttp').map(readHttpHost))
}

function readHttpHost(entry: string): string {
  const isBareIpv6 = /^[\da-f]*:[\da-f]*:[\da-f:.]*$/i.test(entry)
  const host = isBareIpv6 ? `[${entry}]` : entry
  const url =
    /[\s/?#@*\\]/.test(host) || !URL.canParse(`http://${host}`) ? undefined : new URL(`http://${host}`)
  if (url === undefined) {
    throw new OptionError(
      'dangerouslyAllowHttp',
      `has ${JSON.stringify(entry)}: give the host alone, such as "keycloak", "keycloak:8080" or "[fd00::1]"`,
    )
  }
  // URLs drop port 80, so the entry would allow every port.
  const port = /:(\d+)$/.exec(host.slice(host.lastIndexOf(']') + 1))?.[1]
  return port === undefined ? url.hostname : `${url.hostname}:${Number(port)}`
}
