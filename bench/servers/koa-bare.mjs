import { koaServer } from './application.mjs'

export const title = 'Koa alone'
export const algorithms = ['HS256', 'RS256']
export const isOpen = true

export const createServer = () => koaServer(undefined, () => 'nobody')
