import { script, type Script } from '../script.ts'
import { clock, deadline, expiry } from './clock.ts'
import { appending } from './log.ts'
import { finding } from './members.ts'
import { packing, row } from './row.ts'

/** The log comes first: if the server rejects the append, nothing was raised. */
const raising = `
local function raise(epoch_key, log, previous, except)
  local keep_for, revoke_for, issuer, key = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6]
  local epoch = math.max(previous + 1, now)
  append(log, 'subject', issuer, key, 'before', integer(epoch), except, now + revoke_for)
  -- If an earlier epoch was to be kept longer, that time stays.
  set_until(epoch_key, integer(epoch), math.max(now + keep_for, redis.call('PEXPIRETIME', epoch_key)))
  return epoch
end
`

/**
 * KEYS: the epoch, the log and, if any, the session that stays alive. Its sid is in JSON.
 * Returns the time, the new epoch, and 1 if the session stays alive, else 0.
 */
export const raiseEpoch: Script = script(
  'allow-oom',
  clock,
  deadline,
  expiry,
  row,
  packing,
  appending,
  raising,
  `
local epoch_key, log, kept_key = KEYS[1], KEYS[2], KEYS[3]
local kept_sid, kept_elsewhere = ARGV[7], ARGV[8]
local previous = epoch_of(epoch_key)
local row = kept_key and read(kept_key)
local kept = row and state_of(row, previous) == 'live'
local epoch = raise(epoch_key, log, previous, kept and kept_sid or kept_elsewhere)
if kept then
  row.epoch = epoch
  update(kept_key, row)
end
return { now, epoch, kept and 1 or 0 }
`,
)

/** KEYS: the epoch, the log, the index. Returns the time, the new epoch, and the sids of the rows that were deleted. */
export const eraseSubject: Script = script(
  'allow-oom',
  clock,
  deadline,
  expiry,
  row,
  packing,
  appending,
  finding,
  raising,
  `
local epoch_key, log, index = KEYS[1], KEYS[2], KEYS[3]
local rows, sids = {}, {}
for _, sid in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  local row = read_here(base .. 's:' .. sid, index)
  if row then
    rows[#rows + 1] = row
    sids[#sids + 1] = sid
  end
end
local epoch = raise(epoch_key, log, epoch_of(epoch_key), 'null')
for position, row in ipairs(rows) do
  redis.call('DEL', base .. 's:' .. sids[position])
  local names = string.match(row.body, '^[^\\n]*\\n[^\\n]*\\n[^\\n]*\\n([^\\n]*)')
  for name in string.gmatch(names, '[^\\t]+') do redis.call('ZREM', base .. 'p:' .. name, sids[position]) end
end
redis.call('DEL', index)
return { now, epoch, sids }
`,
)
