/**
 * The floors of core, sessions and issuer, from the ground up: folders below its `src`, or files of `src` itself, which are named with
 * their ending. An import leads to a lower floor or to the same folder, never up. What a row names is on one floor: none of
 * its members imports another.
 */
export const floors: Record<string, readonly (readonly string[])[]> = {
  core: [
    ['base'],
    ['algorithms'],
    ['engine'],
    ['refusal'],
    ['events', 'request'],
    ['carrier', 'keys'],
    ['token'],
    ['decryption', 'principal', 'binding'],
    ['claims', 'revocation'],
    ['issuer', 'guards'],
    ['accept'],
    ['policy'],
    ['outcome.ts'],
    ['response-headers.ts'],
    ['authenticator.ts'],
    ['gate.ts', 'live'],
    ['adapter-options.ts', 'handler'],
    ['guards/attachment.ts'],
    ['adapter.ts', 'toolkit.ts', 'index.ts'],
  ],
}
