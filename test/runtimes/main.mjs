import { check } from './check.mjs'

await check()
console.log('ok')
