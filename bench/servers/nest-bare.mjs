import { nestServer } from './application-nest.mjs'

export const title = 'Nest alone'
export const algorithms = ['HS256', 'RS256']
export const isOpen = true

export const createServer = () => nestServer({ subjectOf: () => 'nobody' })
