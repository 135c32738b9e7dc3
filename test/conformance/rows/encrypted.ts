import { createRecipient, createSigner } from '@countersign/forge'
import { es256, NOW, recipient, rs256, stranger } from '../issuers.ts'
import { bearer, passes, refused, type Row } from '../row.ts'

const inner = es256.token()
const good = recipient.encrypt(inner)
const [header = '', contentKey = '', iv = '', ciphertext = '', tag = ''] = good.split('.')
const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64url')

/** All of these say the same, or they would help to decrypt. */
const undecryptable: Record<string, string> = {
  'to another key': createRecipient().encrypt(inner),
  'to a key of another name': recipient.encrypt(inner, { kid: 'enc-2' }),
  'with a content key that was changed': [header, zeros(256), iv, ciphertext, tag].join('.'),
  'with a ciphertext that was changed': [header, contentKey, iv, zeros(300), tag].join('.'),
  'with a tag that was changed': [header, contentKey, iv, ciphertext, zeros(16)].join('.'),
  'with a tag that was cut': [header, contentKey, iv, ciphertext, zeros(4)].join('.'),
  'with RSA1_5': recipient.encrypt(inner, { alg: 'RSA1_5' }),
  'with SHA-1, which nobody allowed': recipient.encrypt(inner, { alg: 'RSA-OAEP' }),
  'with PBES2 and a billion iterations': recipient.encrypt(inner, {
    alg: 'PBES2-HS256+A128KW',
    p2c: 1_000_000_000,
    p2s: zeros(16),
  }),
  'with an unknown encryption': recipient.encrypt(inner, { enc: 'A256CTR' }),
}

const malformed: Record<string, string> = {
  'zip in its header': recipient.encrypt(inner, { zip: 'DEF' }),
  'crit in its header': recipient.encrypt(inner, { crit: ['exp'], exp: NOW }),
  'no cty': recipient.encrypt(inner, { cty: undefined }),
  'another cty': recipient.encrypt(inner, { cty: 'json' }),
  'padding behind it': `${good}==`,
  'an empty segment': [header, contentKey, '', ciphertext, tag].join('.'),
  'a sixth segment': `${good}.${tag}`,
  'claims inside that nobody signed': recipient.encrypt(JSON.stringify(es256.claims())),
  'an encrypted token inside': recipient.encrypt(good),
}

const row = (title: string, token: string, expect: Row['expect'], app: Row['app'] = 'encrypted'): Row => ({
  title,
  app,
  request: bearer(token),
  expect,
})

export const encryptedRows: readonly Row[] = [
  row('[I-48] a token that was signed, then encrypted, passes', good, passes({ claims: es256.claims() })),
  row('[I-48] its kid may be absent', recipient.encrypt(inner, { kid: undefined }), passes()),
  row(
    '[I-48] claims in the header of the encryption are read by nobody',
    recipient.encrypt(inner, { typ: 'at+jwt', iss: 'https://evil.test', sub: 'admin', exp: 1 }),
    passes({ subject: 'user-1' }),
  ),
  row(
    '[I-48] a token that is only signed is refused where encryption is asked for',
    inner,
    refused('decryption_failed'),
  ),
  row('[I-48] where both are taken, one that is only signed passes', inner, passes(), 'encryptedOrSigned'),
  row('[I-48] where both are taken, one that is encrypted passes', good, passes(), 'encryptedOrSigned'),
  row(
    '[V-2] an encrypted token is malformed where nobody decrypts',
    good,
    refused('token_malformed'),
    'bearer',
  ),
  ...Object.entries(undecryptable).map(([title, token]) =>
    row(`[I-48] a token encrypted ${title} is refused`, token, refused('decryption_failed')),
  ),
  ...Object.entries(malformed).map(([title, token]) =>
    row(`[B5] [I-48] an encrypted token with ${title} is refused`, token, refused('token_malformed')),
  ),
  row(
    '[I-48] the signature inside is checked',
    recipient.encrypt(stranger.token()),
    refused('signature_invalid'),
  ),
  row(
    '[A2] [I-48] a public key is no secret inside either',
    recipient.encrypt(createSigner({ alg: 'HS256', secret: Buffer.from(rs256.pem) }).token()),
    refused('algorithm_not_allowed'),
  ),
  row(
    '[I-48] the claims inside are checked',
    recipient.encrypt(es256.token({ aud: 'https://other.test' })),
    refused('claim_mismatch', { claim: 'aud' }),
  ),
]
