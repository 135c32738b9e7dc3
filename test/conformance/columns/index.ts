import type { Column } from '../spec.ts'
import { express5 } from './express.ts'
import { express4 } from './express4.ts'

/** Every framework that the table is replayed against. */
export const columns: readonly Column[] = [express5, express4]
