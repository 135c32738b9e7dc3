import { isLoopback } from '../base/loopback.ts'

/** Whether keys may be fetched from there: https; http only to this machine, or to hosts that the policy names. */
export function isAllowedKeyUrl(url: URL, allowHttp: ReadonlySet<string>): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && (isLoopback(url.hostname) || allowHttp.has(url.hostname))
}
