import { honoServer } from './application.mjs'

export const title = 'Hono alone'
export const algorithms = ['HS256', 'RS256']
export const isOpen = true

export const createServer = () => honoServer(undefined, () => 'nobody')
