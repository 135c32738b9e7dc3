import { script, type Script } from '../script.ts'
import { clock, deadline, expiry } from './clock.ts'

/**
 * KEYS: the id. Returns the time, and 1 the first time, else 0. A bare `SET NX PXAT` would succeed for every call whose
 * time has passed, because the server deletes the key at once.
 */
export const useOnce: Script = script(
  'deny-oom',
  clock,
  deadline,
  expiry,
  `
local expires_at = tonumber(ARGV[3])
local remembered_until = tonumber(redis.call('GET', KEYS[1]) or 0)
if expires_at <= now or remembered_until > now then return { now, 0 } end
set_until(KEYS[1], integer(expires_at), expires_at)
return { now, 1 }
`,
)
