import { expressServer } from './application.mjs'

export const title = 'Express alone'
export const algorithms = ['HS256', 'RS256']
export const isOpen = true

export const createServer = () => expressServer(undefined, () => 'nobody')
