-- transfers.lua - wrk's requests: one transfer each, with a key of its own.
-- Arguments after --: number of accounts, "uniform" or "hot" (all into account 1), a word that makes keys unique, the
-- first 23 characters of every account id.
package.path = "tests/bench/?.lua;" .. package.path
local accounts = require("accounts")
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   count, mode, run, prefix = tonumber(args[1]), args[2], args[3], args[4]
   sent = 0
   math.randomseed(number * 7919 + os.time())
   headers = accounts.headers()
end

function request()
   sent = sent + 1
   local from = math.random(2, count)
   local to = mode == "hot" and 1 or math.random(2, count)
   if to == from then to = from % count + 1 end
   headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. sent
   local body = string.format('{"from_account":"%s","to_account":"%s","amount":%d,"currency":"EUR"}',
      accounts.id(prefix, from), accounts.id(prefix, to), math.random(1, 100))
   return wrk.format("POST", "/v1/transfers", headers, body)
end

function done(summary, latency)
   accounts.report(summary, latency, summary.requests)
end
