import { koaColumn } from './koa.ts'

export const koa2 = koaColumn('koa2')
