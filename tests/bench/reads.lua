-- reads.lua - wrk's requests: one account each, or a page of 100 entries of one account's statement.
-- Arguments after --: number of accounts, "account" or "statement", the first 23 characters of every account id.
package.path = "tests/bench/?.lua;" .. package.path
local accounts = require("accounts")
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   count, mode, prefix = tonumber(args[1]), args[2], args[3]
   rest = mode == "statement" and "/statement?limit=100" or ""
   math.randomseed(number * 7919 + os.time())
   headers = accounts.headers()
end

function request()
   return wrk.format("GET", "/v1/accounts/" .. accounts.id(prefix, math.random(2, count)) .. rest, headers)
end

function done(summary, latency)
   accounts.report(summary, latency, summary.requests)
end
