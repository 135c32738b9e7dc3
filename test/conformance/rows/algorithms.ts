import { createHmac } from 'node:crypto'
import { base64url, splitToken, type Signer } from '@countersign/forge'
import type { AppName } from '../apps.ts'
import {
  eddsa,
  es256,
  es384,
  es512,
  hs256,
  ps256,
  rs256,
  stranger,
  unfit,
  unknown,
  unlabelled,
} from '../issuers.ts'
import { bearer, passes, refused, type Row } from '../row.ts'

/** A token of any header over good claims, with any signature. */
function forged(header: object, signature: (input: string) => string, signer: Signer = rs256): string {
  const input = `${base64url(header)}.${base64url(signer.claims())}`
  return `${input}.${signature(input)}`
}

const modulus = rs256.jwk['n'] as string

/** Every form in which a public RSA key lies about, and so may be tried as a secret. */
const publicForms: Record<string, string | Buffer> = {
  'SPKI PEM': rs256.pem,
  'SPKI PEM without its last newline': rs256.pem.trimEnd(),
  'SPKI PEM with CRLF': rs256.pem.replaceAll('\n', '\r\n'),
  'PKCS#1 PEM': rs256.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  'SPKI DER': rs256.publicKey.export({ type: 'spki', format: 'der' }),
  'PKCS#1 DER': rs256.publicKey.export({ type: 'pkcs1', format: 'der' }),
  'base64 of the PEM': rs256.pem.replaceAll(/-----[^-]+-----|\n/g, ''),
  'JWK as JSON': JSON.stringify(rs256.jwk),
  'bare JWK as JSON': JSON.stringify(rs256.publicKey.export({ format: 'jwk' })),
  'modulus as text': modulus,
  'modulus as bytes': Buffer.from(modulus, 'base64url'),
  'empty secret': '',
}

const hmacApps: AppName[] = ['pem', 'bearer', 'keyFunction']

export const algorithmRows: readonly Row[] = [
  ...[es256, rs256, ps256, es384, es512, eddsa].map((signer): Row => ({
    title: `[V-1] ${signer.alg} verifies under its own key`,
    app: 'bearer',
    request: bearer(signer.token()),
    expect: passes({ subject: 'user-1' }),
  })),
  {
    title: '[V-1] HS256 verifies under a shared secret',
    app: 'secret',
    request: bearer(hs256.token()),
    expect: passes({ subject: 'user-1' }),
  },
  ...['none', 'None', 'NONE', 'nOnE', 'none ', ''].flatMap((alg): Row[] =>
    (['bearer', 'secret', 'pem'] as const).map((app) => ({
      title: `[A1] [V-1] alg ${JSON.stringify(alg)} is refused by the policy "${app}"`,
      app,
      request: bearer(forged({ alg }, () => 'AA')),
      expect: refused('algorithm_not_allowed'),
    })),
  ),
  ...['none', 'ES256', 'HS256'].map((alg): Row => ({
    title: `[A1] [V-2] alg ${alg} with an empty signature is refused`,
    app: 'bearer',
    request: bearer(forged({ alg, kid: 'es256-1' }, () => '')),
    expect: refused('token_malformed'),
  })),
  ...Object.entries(publicForms).map(([form, key], i): Row => ({
    title: `[A2] [V-1] HS256 under the public key is refused: ${form}`,
    app: hmacApps[i % hmacApps.length]!,
    request: bearer(
      forged({ alg: 'HS256', kid: 'rs256-1' }, (input) =>
        createHmac('sha256', key).update(input).digest('base64url'),
      ),
    ),
    expect: refused('algorithm_not_allowed'),
  })),
  ...['pem', 'object'].map((kid): Row => ({
    title: `[A2] [A5] a key function that gives a public key as a secret is our fault, and closed: ${kid}`,
    app: 'secretFunction',
    request: bearer(
      forged({ alg: 'HS256', kid }, (input) =>
        createHmac('sha256', rs256.pem).update(input).digest('base64url'),
      ),
    ),
    expect: refused('internal_error'),
  })),
  {
    title: '[A1] [V-1] a public-key algorithm is refused where the policy has a secret',
    app: 'secret',
    request: bearer(rs256.token()),
    expect: refused('algorithm_not_allowed'),
  },
  {
    title: '[A8] [V-1] a key without alg verifies what its type allows',
    app: 'bearer',
    request: bearer(unlabelled.token()),
    expect: passes(),
  },
  ...['ES384', 'RS256', 'PS256', 'EdDSA', 'HS256'].map((alg): Row => ({
    title: `[A8] [V-1] a P-256 key without alg is not used for ${alg}, whatever the token says`,
    app: 'bearer',
    request: bearer(unlabelled.token({}, { alg })),
    expect: refused('algorithm_not_allowed'),
  })),
  {
    title: '[V-1] a key is not used for another algorithm than its own: PS256 under an RS256 key',
    app: 'bearer',
    request: bearer(ps256.token({}, { kid: 'rs256-1' })),
    expect: refused('algorithm_not_allowed'),
  },
  {
    title: '[V-1] an algorithm that the policy does not list is refused, though the key is published',
    app: 'es256Only',
    request: bearer(rs256.token()),
    expect: refused('algorithm_not_allowed'),
  },
  ...['constructor', '__proto__', 'toString', 'hs256', 'ES256 ', 'ES256K', 'RS1'].map((alg): Row => ({
    title: `[V-1] no algorithm: ${alg}`,
    app: 'bearer',
    request: bearer(forged({ alg, kid: 'es256-1' }, () => 'AAAA')),
    expect: refused('algorithm_not_allowed'),
  })),
  ...[1, null, ['ES256'], { name: 'ES256' }, undefined].map((alg): Row => ({
    title: `[E7] [V-1] alg that is no string: ${JSON.stringify(alg) ?? 'absent'}`,
    app: 'bearer',
    request: bearer(forged({ alg, kid: 'es256-1' }, () => 'AAAA')),
    expect: refused('token_malformed'),
  })),
  ...Object.entries(unfit).map(([title, token]): Row => ({
    title: `[E3] a published key that is unfit is not used: ${title}`,
    app: 'bearer',
    request: bearer(token),
    expect: refused('key_unknown'),
  })),
  {
    title: '[V-2] a signature of another key is refused',
    app: 'bearer',
    request: bearer(stranger.token()),
    expect: refused('signature_invalid'),
  },
  {
    title: '[V-2] a key that is not published is unknown',
    app: 'bearer',
    request: bearer(unknown.token()),
    expect: refused('key_unknown'),
  },
  {
    title: '[V-2] a changed payload is refused',
    app: 'bearer',
    request: bearer(
      `${splitToken(es256.token()).header}.${base64url(es256.claims({ sub: 'admin' }))}.${splitToken(es256.token()).signature}`,
    ),
    expect: refused('signature_invalid'),
  },
  ...[
    ['jwk', { jwk: stranger.publicKey.export({ format: 'jwk' }) }],
    ['jku', { jku: 'https://attacker.test/jwks.json' }],
    ['x5u', { x5u: 'https://attacker.test/cert.pem' }],
    ['x5c', { x5c: [stranger.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }],
  ].map(([name, header]): Row => ({
    title: `[A14] [V-3] a key that the token brings along is not used: ${name as string}`,
    app: 'bearer',
    request: bearer(stranger.token({}, header as object as Record<string, unknown>)),
    expect: refused('signature_invalid'),
  })),
  {
    title: '[A14] [V-3] a key that a good token brings along is ignored',
    app: 'bearer',
    request: bearer(es256.token({}, { jwk: stranger.jwk, jku: 'https://attacker.test/jwks.json' })),
    expect: passes({ subject: 'user-1' }),
  },
  ...['empty', 'null'].map((kid): Row => ({
    title: `[A5] no key from the key function (${kid}) is our fault, and closed`,
    app: 'keyFunction',
    request: bearer(rs256.token({}, { kid })),
    expect: refused('internal_error', { asked: [`key ${kid}`] }),
  })),
  ...['throws', 'rejects'].map((kid): Row => ({
    title: `[D8] a key function that ${kid} is 503, not 401`,
    app: 'keyFunction',
    request: bearer(rs256.token({}, { kid })),
    expect: refused('keys_unavailable', { asked: [`key ${kid}`] }),
  })),
  {
    title: '[V-2] a key function that knows no such key is 401',
    app: 'keyFunction',
    request: bearer(rs256.token({}, { kid: 'other' })),
    expect: refused('key_unknown', { asked: ['key other'] }),
  },
  {
    title: '[A10] [V-5] a key function is not asked for a foreign issuer',
    app: 'keyFunction',
    request: bearer(rs256.token({ iss: 'https://attacker.test' })),
    expect: refused('claim_mismatch', { claim: 'iss', asked: [] }),
  },
]
