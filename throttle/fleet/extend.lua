-- Sets what remains of a quota. KEYS: the usage, the epoch. ARGV: the period, its first day,
-- today, the floor, the limit, what is to remain. Answers u, x and today's requests.
local u = usage(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
local x = tonumber(ARGV[6]) + u - tonumber(ARGV[5])
redis.call('HSET', KEYS[1], 'x', x)
return {u, x, tonumber(redis.call('HGET', KEYS[1], 'd' .. ARGV[3]) or 0)}
