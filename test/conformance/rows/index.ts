import type { Row } from '../row.ts'
import { algorithmRows } from './algorithms.ts'
import { carrierRows } from './carrier.ts'
import { claimRows } from './claims.ts'
import { cookieRows } from './cookies.ts'
import { corsRows } from './cors.ts'
import { crossSiteRows } from './cross-site.ts'
import { encryptedRows } from './encrypted.ts'
import { guardRows } from './guards.ts'
import { keyNameRows } from './key-names.ts'
import { pathRows } from './paths.ts'
import { revocationRows } from './revocation.ts'
import { structureRows } from './structure.ts'

/** The table. */
export const rows: readonly Row[] = [
  ...carrierRows,
  ...algorithmRows,
  ...keyNameRows,
  ...structureRows,
  ...encryptedRows,
  ...claimRows,
  ...guardRows,
  ...revocationRows,
  ...cookieRows,
  ...crossSiteRows,
  ...corsRows,
  ...pathRows,
]
