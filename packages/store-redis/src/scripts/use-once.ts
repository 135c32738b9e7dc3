import { script, type Script } from '../script.ts'
import { integers, rows } from './rows.ts'

/**
 * KEYS: the id. Answers 1 the first time, else 0. A bare `SET NX PXAT` would let every call win whose time has passed: the
 * server drops what it just set.
 */
export const useOnce: Script = script(
  rows,
  integers,
  `
local expires_at = tonumber(ARGV[2])
if expires_at <= now then return 0 end
local remembered_until = redis.call('GET', KEYS[1])
if remembered_until and tonumber(remembered_until) > now then return 0 end
if given == '' then
  redis.call('SET', KEYS[1], integer(expires_at), 'PXAT', integer(expires_at))
else
  redis.call('SET', KEYS[1], integer(expires_at))
end
return 1
`,
)
