/**
 * What every script begins with: time, rows, and who is live.
 *
 * Times are whole milliseconds. Numbers of Lua are doubles, exact up to 2^53; `integer` writes them out, since Lua itself
 * would write large ones with an exponent.
 *
 * The first argument of every script is the test clock, empty in earnest. Under a test clock the server expires nothing,
 * because its own clock says something else.
 */
export const rows = `
local given = ARGV[1]
local now = tonumber(given)
if given == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function integer(number)
  return string.format('%.0f', number)
end

local function epoch_of(key)
  return tonumber(redis.call('GET', key) or 0)
end

-- A row is text. Its first line is the version of the layout, then numbers and words; - stands for none. Three lines are
-- JSON: the address, the binding, the profile. The rest is data.
local layout = '^1 (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)\\n([^\\n]*)\\n([^\\n]*)(\\n.*)$'
local head = '1 %.0f %.0f %s %.0f %.0f %.0f %.0f %s %s\\n'

local function read(key)
  local text = redis.call('GET', key)
  if not text then return nil end
  local gen, rotated_at, used, epoch, created_at, idle, absolute, revoked_at, reason, ip, binding, rest =
    string.match(text, layout)
  if not gen then error('countersign: a row of another layout') end
  return { text = text, gen = tonumber(gen), rotated_at = tonumber(rotated_at), used = used, epoch = tonumber(epoch),
    created_at = tonumber(created_at), idle = tonumber(idle), absolute = tonumber(absolute), revoked_at = revoked_at,
    reason = reason, ip = ip, binding = binding, rest = rest }
end

local function pack(row)
  row.text = string.format(head, row.gen, row.rotated_at, row.used, row.epoch, row.created_at, row.idle, row.absolute,
    row.revoked_at, row.reason) .. row.ip .. '\\n' .. row.binding .. row.rest
  return row.text
end

-- Changes a row that was read in this script, and so is there. Its expiry stays.
local function update(key, row)
  redis.call('SET', key, pack(row), 'XX', 'KEEPTTL')
end

local function state_of(row, epoch)
  if row.revoked_at ~= '-' or row.epoch < epoch then return 'revoked' end
  if now >= row.idle or now >= row.absolute then return 'expired' end
  return 'live'
end

local function finish(key, row, reason)
  row.revoked_at = integer(now)
  row.reason = reason
  update(key, row)
end
`
