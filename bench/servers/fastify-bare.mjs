import { fastifyServer } from './application.mjs'

export const title = 'Fastify alone'
export const algorithms = ['HS256', 'RS256']
export const isOpen = true

export const createServer = () => fastifyServer(undefined, () => 'nobody')
