-- holds.lua - wrk's requests: a hold is authorized, then captured, again and again; each pair counts as one.
-- Arguments as those of transfers.lua.
package.path = "tests/bench/?.lua;" .. package.path
local accounts = require("accounts")
local threads = {}

function setup(thread)
   thread:set("number", #threads)
   table.insert(threads, thread)
end

function init(args)
   count, run, prefix = tonumber(args[1]), args[3], args[4]
   sent, captured = 0, 0
   open, first, last = {}, 1, 0 -- a queue of holds to capture
   math.randomseed(number * 7919 + os.time())
   headers = accounts.headers()
end

function request()
   sent = sent + 1
   headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. sent
   if first <= last then
      local hold = open[first]
      open[first] = nil
      first = first + 1
      return wrk.format("POST", "/v1/holds/" .. hold .. "/capture", headers, "{}")
   end
   local body = string.format('{"account":"%s","amount":%d,"destination":"%s"}',
      accounts.id(prefix, math.random(2, count)), math.random(1, 100), accounts.id(prefix, 1))
   return wrk.format("POST", "/v1/holds", headers, body)
end

function response(status, _, body)
   if status ~= 201 then return end
   if body:find('"transaction_id"', 1, true) then
      captured = captured + 1
   else
      last = last + 1
      open[last] = body:match('"hold_[0-9a-z]+"'):sub(2, -2)
   end
end

function done(summary, latency)
   local pairs_done = 0
   for _, thread in ipairs(threads) do
      pairs_done = pairs_done + thread:get("captured")
   end
   accounts.report(summary, latency, pairs_done)
end
