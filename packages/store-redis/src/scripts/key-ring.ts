import { script, type Script } from '../script.ts'
import { integers, rows } from './rows.ts'

/** KEYS: the ring. Answers the time, the version, and the content or null. */
export const readKeyRing: Script = script(
  rows,
  `
local ring = redis.call('HMGET', KEYS[1], 'version', 'content')
return { now, tonumber(ring[1] or 0), ring[2] }
`,
)

/** KEYS: the ring. Answers 1 if the expected version was the current one, and so was replaced, else 0. */
export const writeKeyRing: Script = script(
  rows,
  integers,
  `
local expected = tonumber(ARGV[2])
if tonumber(redis.call('HGET', KEYS[1], 'version') or 0) ~= expected then return 0 end
redis.call('HSET', KEYS[1], 'version', integer(expected + 1), 'content', ARGV[3])
return 1
`,
)
