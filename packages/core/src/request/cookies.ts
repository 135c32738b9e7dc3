/**
 * The values of all cookies with exactly this name, in the order sent. Strict on purpose: only SP and HTAB are trimmed
 * (RFC 6265 section 5.2; trimming Unicode space would let another name pass for this one), names are compared byte by
 * byte, quotes belong to the value, and nothing is decoded. Duplicates are kept: the caller must see them.
 *
 * @param headers values of the `Cookie` header lines (HTTP/2 may send several, RFC 9113 section 8.2.3)
 */
export function readCookies(headers: readonly string[], name: string): string[] {
  const found: string[] = []
  for (const header of headers) {
    let start = 0
    // Searched for only after passing the last one: a header of semicolons must not be searched once for each of
    // them.
    let equals = header.indexOf('=')
    while (equals !== -1) {
      const semicolon = header.indexOf(';', start)
      const end = semicolon === -1 ? header.length : semicolon
      if (equals < end && isName(header, start, equals, name)) found.push(trimmed(header, equals + 1, end))
      start = end + 1
      if (equals < start) equals = header.indexOf('=', start)
    }
  }
  return found
}

function isName(header: string, start: number, end: number, name: string): boolean {
  while (start < end && isSpace(header.charCodeAt(start))) start++
  while (end > start && isSpace(header.charCodeAt(end - 1))) end--
  return end - start === name.length && header.startsWith(name, start)
}

function trimmed(header: string, start: number, end: number): string {
  while (start < end && isSpace(header.charCodeAt(start))) start++
  while (end > start && isSpace(header.charCodeAt(end - 1))) end--
  return header.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}
