import { script, type Script } from '../script.ts'
import { clock, deadline } from './clock.ts'

/**
 * Appends to the log of a bucket, and informs listeners. Issuer and exception are JSON; the bound is empty if there is
 * none.
 *
 * The id of an entry is its version: the time, or one more than the last id, so that ids increase even within a
 * millisecond and when the clock is set back. Readers continue after an id, so the last entry is never deleted.
 *
 * Each append checks the two oldest entries, and deletes expired ones: its cost does not grow with the log. A
 * long-lived entry would keep the entries behind it, so after an hour it is moved to the end, with its earlier version.
 */
export const appending = `
local function id_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

local function add(log, id, fields)
  redis.call('XADD', log, integer(id) .. '-0', unpack(fields))
end

local function next_id(log)
  local last = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  return math.max(now, last and id_of(last) + 1 or 1)
end

local function drop_oldest(log)
  local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  if not oldest then return false end
  local fields = oldest[2]
  if tonumber(fields[14]) > now then
    if id_of(oldest) > now - 3600000 then return false end
    fields[15], fields[16] = 'version', fields[16] or integer(id_of(oldest))
    add(log, next_id(log), fields)
  end
  redis.call('XDEL', log, oldest[1])
  return true
end

local is_announced = false

local function append(log, kind, issuer, key, state, bound, except, expires_at)
  if expires_at <= now then return end
  if not is_announced then
    local channel, bucket = string.match(log, '^([^{]*){b(%d%d)')
    redis.call('PUBLISH', channel .. 'log', bucket)
    is_announced = true
  end
  add(log, next_id(log), { 'kind', kind, 'issuer', issuer, 'key', key, 'state', state, 'bound', bound, 'except', except,
    'until', integer(expires_at) })
  if drop_oldest(log) then drop_oldest(log) end
end
`

/** KEYS: the log. Arguments: those of `append`, entry after entry. */
export const appendRevocations: Script = script(
  'allow-oom',
  clock,
  deadline,
  appending,
  `
for at = 3, #ARGV, 7 do
  append(KEYS[1], ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], tonumber(ARGV[at + 6]))
end
return { now, 1 }
`,
)

/**
 * KEYS: the log. Arguments: the id after which to continue, or an empty text, and the maximum number of entries.
 * Returns the time, 1 for a gap or else 0, and the entries: first the entry with the id, and at the end one more than
 * requested if there are more.
 *
 * Only the oldest entries are ever deleted, and only when they have expired. So if the entry with the id is missing,
 * all entries of the same age or older must be missing too. If they are not, or if the log ends before the id, this is
 * another log: a failover set it back.
 */
export const readLog: Script = script(
  'allow-oom',
  clock,
  `
local log, from = KEYS[1], ARGV[2]
if from == '' then return { now, 0, redis.call('XRANGE', log, '-', '+', 'COUNT', ARGV[3] + 1) } end
local found = redis.call('XRANGE', log, from, '+', 'COUNT', ARGV[3] + 2)
local is_there = found[1] and found[1][1] == from
if not is_there and (not found[1] or redis.call('XRANGE', log, '-', from, 'COUNT', 1)[1]) then return { now, 1 } end
return { now, 0, found }
`,
)

/** KEYS: any. Returns the time twice: as the time of the reply, and as its value. */
export const readTime: Script = script('allow-oom', clock, 'return { now, now }')
