/** Loopback by name or address (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** Whether an address holds a user name or a password (RFC 3986 section 3.2.1). */
export function hasUserInfo(url: URL): boolean {
  return url.username !== '' || url.password !== ''
}
