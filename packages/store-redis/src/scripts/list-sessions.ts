import { script, type Script } from '../script.ts'
import { clock } from './clock.ts'
import { finding, members } from './members.ts'
import { describe, row } from './row.ts'

/**
 * KEYS: the index, the epoch. Arguments: how many, and creation and sid of the session after which the list continues,
 * if any. Returns the time, then sid and row of each live session, the newest first.
 */
export const listSessions: Script = script(
  'allow-oom',
  clock,
  row,
  describe,
  finding,
  members,
  `
local count, created_at, sid = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local from = created_at and { sid = sid, row = { created_at = created_at } }
local live = live_members(KEYS[1], base, epoch_of(KEYS[2]))
local reply = { now }
for position = #live, 1, -1 do
  local member = live[position]
  if #reply > 2 * count then break end
  if not from or is_older(member, from) then
    reply[#reply + 1] = member.sid
    reply[#reply + 1] = describe(member.row)
  end
end
return reply
`,
)
