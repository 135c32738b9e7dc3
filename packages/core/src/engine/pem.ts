const BEGIN = '-----BEGIN '

/** Whether bytes are the text of a PEM (RFC 7468), such as a file that was read without an encoding. */
export function isPem(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 1_024)).includes(BEGIN)
}

/**
 * The text of a PEM in any unambiguous form: as bytes, with white space or a byte order mark around it, or with `\n` in
 * place of line breaks, as in environment variables.
 */
export function pemText(material: string | Uint8Array): string {
  const text = (typeof material === 'string' ? material : textOf(material)).trim()
  return text.startsWith(BEGIN) ? text.replaceAll(/\\r\\n|\\n|\\r/g, '\n') : text
}

/** What a value looks like that is not a PEM, for the end of a message. Contains nothing of the key. */
export function lookOf(material: string | Uint8Array): string {
  // An ASN.1 SEQUENCE of more than 127 bytes, or of a key on a curve (RFC 5280 section 4.1).
  if (typeof material !== 'string' && material[0] === 0x30 && (material[1]! > 0x80 || material[2] === 0x30)) {
    return ': it looks like DER, so convert it to PEM'
  }
  const text = pemText(material)
  const look = LOOKS.find(([pattern]) => pattern.test(text))?.[1]
  return look === undefined ? '' : `: it ${look}`
}

/** The first characters of PEM and DER in base64, and of other key formats. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/^\\?["'`]\s*-----BEGIN /, 'is a PEM in quotes, so remove them'],
  [/^["'`]?LS0tLS1CRUdJTi/, 'looks like a PEM in base64, so decode it first'],
  [/^-----BEGIN [^-]+-----[^\n]+-----END /, 'is a PEM that has lost its line breaks'],
  [
    /^-----BEGIN OPENSSH|^ssh-|^ecdsa-sha2-/,
    'looks like an SSH key, which `ssh-keygen -e -m PKCS8` converts',
  ],
  [
    /^["'`]?M[\w+/-]{40}[\w+/\s=-]*["'`]?$/,
    'looks like a key in base64 without its lines "-----BEGIN …-----"',
  ],
  [/^["'`]?\{/, 'looks like the JSON of a JWK, so parse it first'],
  [
    /^(?:\.{0,2}\/|[A-Za-z]:\\|file:)|\.(?:pem|crt|cer|der|key|pub)$/,
    'looks like a file name, so read the file first',
  ],
]

/** A PEM is ASCII, except for a byte order mark. Windows editors may write UTF-16. */
function textOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes)
}
