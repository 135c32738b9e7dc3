/**
 * What the core reads of a request. An adapter makes one for each request. It contains no framework type, and nothing
 * in it is parsed.
 */
export interface RequestView {
  /** The method on the wire, before any override. */
  readonly method: string
  /** Path and query on the wire. */
  url(): string
  /**
   * All values of a header, in order, one entry a header line.
   * @param name lower case
   */
  header(name: string): readonly string[]
  /** The client's certificate in DER, if TLS ends at this server and the client sent one. */
  peerCertificate?(): Uint8Array | undefined
}

/** Methods that change nothing (RFC 9110 section 9.2.1). An unknown method is not safe. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether the method is safe in the sense of RFC 9110 section 9.2.1. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method)
}
