import { expressColumn } from './express.ts'

export const express4 = expressColumn('express4')
