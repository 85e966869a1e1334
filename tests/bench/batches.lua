-- batches.lua - wrk's requests: a batch of transfers each, with a key of its own; each transfer counts.
-- Arguments after --: number of accounts, transfers in a batch, and as those of transfers.lua.
package.path = "tests/bench/?.lua;" .. package.path
local accounts = require("accounts")
local threads = {}

function setup(thread)
   thread:set("number", #threads)
   table.insert(threads, thread)
end

function init(args)
   count, items, run, prefix = tonumber(args[1]), tonumber(args[2]), args[3], args[4]
   sent, made = 0, 0
   math.randomseed(number * 7919 + os.time())
   headers = accounts.headers()
end

function request()
   sent = sent + 1
   headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. sent
   local list = {}
   for i = 1, items do
      local from = math.random(2, count)
      local to = math.random(2, count)
      if to == from then to = from % count + 1 end
      list[i] = string.format('{"from_account":"%s","to_account":"%s","amount":%d,"currency":"EUR"}',
         accounts.id(prefix, from), accounts.id(prefix, to), math.random(1, 100))
   end
   return wrk.format("POST", "/v1/transfers/batch", headers,
      '{"mode":"each","transfers":[' .. table.concat(list, ",") .. "]}")
end

-- A batch is 200 whatever became of its transfers: one with a refusal does not count.
function response(status, _, body)
   if status == 200 and not body:find('"error":', 1, true) then made = made + items end
end

function done(summary, latency)
   local transfers = 0
   for _, thread in ipairs(threads) do
      transfers = transfers + thread:get("made")
   end
   accounts.report(summary, latency, transfers)
end
