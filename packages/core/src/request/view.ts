/**
 * What the core sees of a request. An adapter makes one for each request; it holds no framework type, and nothing in
 * it is parsed.
 */
export interface RequestView {
  /** The method as it came over the wire, before any override. */
  readonly method: string
  /** Path and query as they came over the wire. */
  url(): string
  /**
   * All values of a header, in order, one entry a header line.
   * @param name lower case
   */
  header(name: string): readonly string[]
  /** The client's certificate in DER, where TLS ends at this server and the client showed one. */
  peerCertificate?(): Uint8Array | undefined
}

/** Methods that change nothing (RFC 9110 section 9.2.1). An unknown method is not safe. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether the method is safe in the sense of RFC 9110 section 9.2.1. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method)
}
