import { PROVIDER_END_MEMORY } from '@countersign/stores'
import { codeOf } from '../reasons.ts'
import { script, type Script } from '../script.ts'
import { clock, deadline, expiry } from './clock.ts'
import { appending } from './log.ts'
import { finding } from './members.ts'
import { describe, ending, packing, row } from './row.ts'

/** The live sessions that were started from an identity provider's session, in one bucket. */
const tied = `
local function live_tied(index)
  local live = {}
  for _, sid in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local row = read_here(base .. 's:' .. sid, index)
    if row and state_of(row, epoch_here(sid, index)) == 'live' then live[#live + 1] = { sid = sid, row = row } end
  end
  return live
end
`

/** KEYS: the provider's index. Returns the time, then sid and row of each live session. */
export const sessionsOf: Script = script(
  'allow-oom',
  clock,
  row,
  describe,
  finding,
  tied,
  `
local reply = { now }
for _, member in ipairs(live_tied(KEYS[1])) do
  reply[#reply + 1] = member.sid
  reply[#reply + 1] = describe(member.row)
end
return reply
`,
)

/** KEYS: the provider's index, its end, the log. Returns the time, and the sids of the sessions that ended. */
export const endProviderSessions: Script = script(
  'allow-oom',
  clock,
  deadline,
  expiry,
  row,
  packing,
  appending,
  ending,
  finding,
  tied,
  `
local index, end_key, log, revoke_for = KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[3])
local ended = {}
for position, member in ipairs(live_tied(index)) do
  local sid = member.sid
  finish(base .. 's:' .. sid, base .. 'i:' .. string.match(sid, '^[^.]*'), log, sid, member.row, ${codeOf('provider')}, revoke_for)
  ended[position] = sid
end
set_until(end_key, integer(now), now + ${PROVIDER_END_MEMORY})
return { now, ended }
`,
)
