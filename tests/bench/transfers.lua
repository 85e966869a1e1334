-- transfers.lua - wrk's requests: one transfer each, with a key of its own.
-- Arguments after --: number of accounts, "uniform", "hot" (all into account 1), "share-50" (half of
-- them into account 1) or "zipf-1.2" (account i as often as i^-1.2, both sides), a word that makes keys unique, the first 23 characters of every account id.
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
   local law, parameter = mode:match("^(%a+)-([%d.]+)$")
   share = mode == "hot" and 100 or law == "share" and tonumber(parameter) or 0
   below = law == "zipf" and zipf(tonumber(parameter)) or nil
   math.randomseed(number * 7919 + os.time())
   headers = accounts.headers()
end

-- For each account the share of draws that fall on it or on one before it.
function zipf(exponent)
   local sum, sums = 0, {}
   for i = 1, count do
      sum = sum + i ^ -exponent
      sums[i] = sum
   end
   for i = 1, count do sums[i] = sums[i] / sum end
   return sums
end

function draw()
   if below == nil then return math.random(2, count) end
   local wanted, low, high = math.random(), 1, count
   while low < high do
      local middle = math.floor((low + high) / 2)
      if below[middle] < wanted then low = middle + 1 else high = middle end
   end
   return low
end

function request()
   sent = sent + 1
   local from = draw()
   local to = math.random() * 100 < share and 1 or draw()
   if to == from then to = from % count + 1 end
   headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. sent
   local body = string.format('{"from_account":"%s","to_account":"%s","amount":%d,"currency":"EUR"}',
      accounts.id(prefix, from), accounts.id(prefix, to), math.random(1, 100))
   return wrk.format("POST", "/v1/transfers", headers, body)
end

function done(summary, latency)
   accounts.report(summary, latency, summary.requests)
end
