-- Every call has the epoch as its last key, and what the caller knows of it as its
-- last argument. If they differ, Redis has lost its memory, and the call does nothing.
local epoch = ARGV[#ARGV]
if redis.call('GET', KEYS[#KEYS]) ~= epoch then
  return redis.error_reply('FORGOT what was counted before')
end

-- A usage is a hash: p, the name of the quota's period; u, the requests in it;
-- x, what was added to its quota, if anything; by day the requests, d20781; and e,
-- the epoch in which it came into being.

local keep = 121 -- days

-- since is the requests of the days from start to today.
local function since(key, start, today)
  local sum = 0
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    local d = tonumber(string.match(all[i], '^d(%d+)$'))
    if d and d >= start and d <= today then sum = sum + tonumber(all[i + 1]) end
  end
  return sum
end

-- usage brings a usage to a period and returns u and x. floor is what the caller
-- knows of u: more than here if Redis lost its memory.
local function usage(key, period, start, day, floor)
  local v = redis.call('HMGET', key, 'p', 'u', 'x')
  local u, x = tonumber(v[2] or 0), tonumber(v[3] or 0)
  if v[1] ~= period then
    u, x = since(key, start, day), 0
    if not v[1] then redis.call('HSET', key, 'e', epoch) end
    redis.call('HSET', key, 'p', period, 'u', u)
    redis.call('HDEL', key, 'x')
    redis.call('EXPIRE', key, keep * 86400)
  end
  if u < floor then
    u = floor
    redis.call('HSET', key, 'u', u)
  end
  return u, x
end

-- count adds n requests on a day to a usage whose period has begun at start.
local function count(key, start, day, n)
  if day >= start then redis.call('HINCRBY', key, 'u', n) end
  if redis.call('HINCRBY', key, 'd' .. day, n) == n then
    -- The day's first: forget what is older than is kept.
    for _, f in ipairs(redis.call('HKEYS', key)) do
      local d = tonumber(string.match(f, '^d(%d+)$'))
      if d and d < day - keep then redis.call('HDEL', key, f) end
    end
    redis.call('EXPIRE', key, keep * 86400)
  end
end
