import { es256, namelessSigners } from '../issuers.ts'
import { bearer, passes, refused, type Row } from '../row.ts'

/** Keys without `kid`: at most 16 are tried. */
export const keyNameRows: readonly Row[] = [
  ...namelessSigners.map((signer, i): Row => ({
    title: `[A13] [V-26] key ${i + 1} of ${namelessSigners.length} without kid is ${i < 16 ? 'tried' : 'one too many to try'}`,
    app: 'nameless',
    request: bearer(signer.token()),
    expect: i < 16 ? passes() : refused('signature_invalid'),
  })),
  {
    title: '[A13] a key without kid does not stand in for one that the token names',
    app: 'nameless',
    request: bearer(namelessSigners[0]!.token({}, { kid: 'some-name' })),
    expect: refused('key_unknown'),
  },
  {
    title: '[A13] a token without kid is tried against keys that have one',
    app: 'bearer',
    request: bearer(es256.token({}, { kid: undefined })),
    expect: passes(),
  },
]
