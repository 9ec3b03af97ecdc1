-- Takes tokens from buckets and counts against a quota: from all or from none.
-- KEYS: the buckets, then the quota's usage if there is one, then the epoch.
-- ARGV: the number of buckets; for each its interval and its window in
-- microseconds, how many tokens are wanted, and how far from full it is if it is
-- missing; then for the quota its period, first day, day, floor and limit.
-- Answers which one refused (0: none), the tokens granted by each, then u and x.
local t = redis.call('TIME')
local now = (tonumber(t[1]) - 1767225600) * 1000000 + tonumber(t[2]) -- since 2026: leaves digits for fractions
local n = tonumber(ARGV[1])
local answer = {0}
local full, interval = {}, {}
local stored = n > 0 and redis.call('MGET', unpack(KEYS, 1, n)) or {}
for i = 1, n do
  local a = 4 * i - 2
  interval[i] = tonumber(ARGV[a])
  local window = tonumber(ARGV[a + 1])
  local wanted = tonumber(ARGV[a + 2])
  local f = tonumber(stored[i] or now + tonumber(ARGV[a + 3]))
  if f > now + window then -- emptier than empty, because the limit changed
    f = now + window
    redis.call('SET', KEYS[i], string.format('%.3f', f), 'PX', math.ceil(window / 1000) + 1)
  end
  f = math.max(f, now)
  local granted = math.min(wanted, math.floor((now + window - f) / interval[i] + 1e-6))
  if granted < 1 then return {i} end
  full[i] = f + granted * interval[i]
  answer[i + 1] = granted
end
local quota = KEYS[n + 1]
if #KEYS > n + 1 then
  local a = 4 * n + 2
  local start, day = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local u, x = usage(quota, ARGV[a], start, day, tonumber(ARGV[a + 3]))
  if u >= tonumber(ARGV[a + 4]) + x then return {n + 1, u, x} end
  count(quota, start, day, 1)
  answer[n + 2], answer[n + 3] = u + 1, x
end
for i = 1, n do
  redis.call('SET', KEYS[i], string.format('%.3f', full[i]), 'PX', math.ceil((full[i] - now) / 1000) + 1)
end
return answer
