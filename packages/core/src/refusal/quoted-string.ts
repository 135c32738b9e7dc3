/**
 * A quoted-string (RFC 9110 section 5.6.4). Every text in a header goes through this function.
 * Characters outside RFC 6750 section 3 (%x20-21 / %x23-5B / %x5D-7E) are a programming mistake, since no text of a
 * request gets this far; they are dropped rather than sent.
 */
export function quotedString(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`
}
