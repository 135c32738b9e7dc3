const BEGIN = '-----BEGIN '

/** Whether bytes are the text of a PEM (RFC 7468): a file that was read without an encoding. */
export function isPem(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 1_024)).includes(BEGIN)
}

/**
 * The text of a PEM, in the forms that can mean nothing else: as bytes, with white space or a byte order mark around it,
 * and with `\n` spelled out for its line breaks, which is how environment variables hold one.
 */
export function pemText(material: string | Uint8Array): string {
  const text = (typeof material === 'string' ? material : textOf(material)).trim()
  return text.startsWith(BEGIN) ? text.replaceAll(/\\r\\n|\\n|\\r/g, '\n') : text
}

/** What it looks like that is no PEM, for the end of a message: nothing of the key itself. */
export function lookOf(material: string | Uint8Array): string {
  // An ASN.1 SEQUENCE of more than 127 bytes, or of a key on a curve (RFC 5280 section 4.1).
  if (typeof material !== 'string' && material[0] === 0x30 && (material[1]! > 0x80 || material[2] === 0x30)) {
    return ': it looks like DER, so convert it to PEM'
  }
  const text = pemText(material)
  const look = LOOKS.find(([pattern]) => pattern.test(text))?.[1]
  return look === undefined ? '' : `: it ${look}`
}

/** The first characters of PEM and of DER in base64, and others that keys are known by. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/^\\?["'`]\s*-----BEGIN /, 'is a PEM in quotes, so take them away'],
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
    'looks like the name of a file, so read it first',
  ],
]

/** The bytes of a PEM are ASCII, but for a byte order mark; and editors of Windows write UTF-16. */
function textOf(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes)
}
