/**
 * The floors of core, sessions and issuer, from the ground up: folders below `src`, files of `src` by their names, and `.`
 * for all its other files. An import leads to a lower floor or into the same folder, never up, and that counts types too. A
 * floor that is a list has several folders, none of which imports another.
 */
export const floors: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  core: [
    'base',
    'algorithms',
    'engine',
    'refusal',
    ['events', 'request'],
    ['carrier', 'keys'],
    'token',
    ['decryption', 'principal', 'binding'],
    ['claims', 'revocation'],
    ['issuer', 'guards'],
    'accept',
    'policy',
    'outcome.ts',
    'response-headers.ts',
    'authenticator.ts',
    ['gate.ts', 'live'],
    'adapter',
    ['adapter.ts', 'toolkit.ts', 'index.ts'],
  ],
  issuer: ['base', 'events', 'keys', 'token', 'store', 'routes', '.'],
  sessions: ['base', 'events', 'session', 'token', 'cookies', 'service', 'liveness', 'routes', '.'],
}
