-- Says that a node lives and answers how many do, and the epoch. KEYS: the nodes, the
-- epoch. ARGV: the node, for how many milliseconds it counts as alive (0 takes it
-- away), and what the epoch is if there is none.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local ttl = tonumber(ARGV[2])
if ttl > 0 then
  redis.call('ZADD', KEYS[1], now + ttl, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ttl)
else
  redis.call('ZREM', KEYS[1], ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local epoch = redis.call('GET', KEYS[2])
if not epoch and ttl > 0 then
  epoch = ARGV[3]
  redis.call('SET', KEYS[2], epoch)
end
return {redis.call('ZCARD', KEYS[1]), epoch or ''}
