import { codeOf } from '../reasons.ts'
import { script, type Script } from '../script.ts'
import { changes, rows } from './rows.ts'

/** KEYS: the session, the epoch, the index. Answers 1 if the session was live until now, else 0. */
export const endSession: Script = script(
  rows,
  changes,
  `
local key, epoch_key, index = KEYS[1], KEYS[2], KEYS[3]
local sid, reason = ARGV[2], tonumber(ARGV[3])
local row = read(key)
if not row or state_of(row, epoch_of(epoch_key)) ~= 'live' then return 0 end
finish(key, row, reason)
redis.call('ZREM', index, sid)
return 1
`,
)

/** The same with reason `recovered`, for a session that was created at or before a time. */
export const recoverSession: Script = script(
  rows,
  changes,
  `
local key, epoch_key, index = KEYS[1], KEYS[2], KEYS[3]
local sid, since = ARGV[2], tonumber(ARGV[3])
local row = read(key)
if not row or row.created_at > since or state_of(row, epoch_of(epoch_key)) ~= 'live' then return 0 end
finish(key, row, ${codeOf('recovered')})
redis.call('ZREM', index, sid)
return 1
`,
)
