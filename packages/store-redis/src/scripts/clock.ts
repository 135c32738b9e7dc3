/**
 * The beginning of every script. The first argument is the test clock, empty in production. Under a test clock the
 * server expires nothing, because its own clock shows another time. Times are whole milliseconds. Numbers of Lua are
 * doubles, exact up to 2^53; Lua itself would write large ones with an exponent.
 */
export const clock = `
local given = ARGV[1]
local now = tonumber(given)
if given == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function integer(number)
  return string.format('%.0f', number)
end
`

/**
 * For scripts that write: the second argument is the deadline. After the deadline, the script writes nothing and
 * returns only the time.
 */
export const deadline = `
if now > tonumber(ARGV[2]) then return { now } end
`

/** For scripts that set keys which expire. */
export const expiry = `
local function set_until(key, value, until_when)
  if given == '' then
    redis.call('SET', key, value, 'PXAT', integer(until_when))
  else
    redis.call('SET', key, value)
  end
end
`
