import { script, type Script } from '../script.ts'
import { clock, deadline } from './clock.ts'

/** KEYS: the ring. Returns the time, the version, and the content or null. A full server can still return it. */
export const readKeyRing: Script = script(
  'allow-oom',
  clock,
  `
local ring = redis.call('HMGET', KEYS[1], 'version', 'content')
return { now, tonumber(ring[1] or 0), ring[2] }
`,
)

/** KEYS: the ring. Returns the time, and 1 if the expected version was the current one and was replaced, else 0. */
export const writeKeyRing: Script = script(
  'deny-oom',
  clock,
  deadline,
  `
local expected = tonumber(ARGV[3])
if tonumber(redis.call('HGET', KEYS[1], 'version') or 0) ~= expected then return { now, 0 } end
redis.call('HSET', KEYS[1], 'version', integer(expected + 1), 'content', ARGV[4])
return { now, 1 }
`,
)
