-- Counts requests that were admitted without asking, once however often it is sent.
-- KEYS: the report, then usages, then the epoch. ARGV: for each usage its period, the
-- period's first day, today, its floor, the requests' day and number, and whether
-- they were counted in an epoch before: then they are counted by day if the usage
-- did not outlast it, with what is there said of the quota. Answers u and x of each.
local first = redis.call('SET', KEYS[1], 1, 'NX', 'EX', 600)
local answer = {}
for i = 2, #KEYS - 1 do
  local a = 8 * i - 15
  local start, today = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local u, x = usage(KEYS[i], ARGV[a], start, today, tonumber(ARGV[a + 3]))
  if first then
    local day, n = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
    if ARGV[a + 6] == '0' then
      count(KEYS[i], start, day, n)
      if day >= start then u = u + n end
    elseif redis.call('HGET', KEYS[i], 'e') == epoch then
      if n > 0 then redis.call('HINCRBY', KEYS[i], 'd' .. day, n) end
      local known = tonumber(ARGV[a + 7])
      if known ~= 0 and redis.call('HSETNX', KEYS[i], 'x', known) == 1 then x = known end
      -- What others were granted before this was told is in the days, not in the floor.
      local sum = since(KEYS[i], start, today)
      if sum > u then
        u = sum
        redis.call('HSET', KEYS[i], 'u', u)
      end
    end
  end
  answer[#answer + 1] = u
  answer[#answer + 1] = x
end
return answer
