import { script, type Script } from '../script.ts'
import { members } from './members.ts'
import { rows } from './rows.ts'

/** KEYS: the index, the epoch. Answers the time, then sid and row of each live session, the newest first. */
export const listSessions: Script = script(
  rows,
  members,
  `
local live = live_members(KEYS[1], ARGV[2], epoch_of(KEYS[2]))
local answer = { now }
for position = #live, 1, -1 do
  answer[#answer + 1] = live[position].sid
  answer[#answer + 1] = describe(live[position].row)
end
return answer
`,
)
