-- Counts requests that were admitted without asking, once however often it is sent.
-- KEYS: the report, then usages. ARGV: for each usage its
-- period, the period's first day, today, its floor, the requests' day and number.
-- Answers u and x of each.
local first = redis.call('SET', KEYS[1], 1, 'NX', 'EX', 600)
local answer = {}
for i = 2, #KEYS do
  local a = 6 * i - 11
  local start, today = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local u, x = usage(KEYS[i], ARGV[a], start, today, tonumber(ARGV[a + 3]))
  if first then
    local day, n = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5])
    count(KEYS[i], start, day, n)
    if day >= start then u = u + n end
  end
  answer[#answer + 1] = u
  answer[#answer + 1] = x
end
return answer
