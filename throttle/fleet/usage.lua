-- A usage is a hash: p, the name of the quota's period; u, the requests in it;
-- x, what was added to its quota; and by day the requests, d20781.

local keep = 121 -- days

-- usage brings a usage to a period and returns u and x. floor is what the caller
-- knows of u: more than here if Redis lost its memory.
local function usage(key, period, start, day, floor)
  local v = redis.call('HMGET', key, 'p', 'u', 'x')
  local u, x = tonumber(v[2] or 0), tonumber(v[3] or 0)
  if v[1] ~= period then
    u, x = 0, 0
    local all = redis.call('HGETALL', key)
    for i = 1, #all, 2 do
      local d = tonumber(string.match(all[i], '^d(%d+)$'))
      if d and d >= start and d <= day then u = u + tonumber(all[i + 1]) end
    end
    redis.call('HSET', key, 'p', period, 'u', u, 'x', 0)
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
