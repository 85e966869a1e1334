-- webhooks.lua - wrk's requests: inbound events of gateway, each another one. Argument: the file that sign_webhooks.py made; of
-- two threads one takes the even lines and one the odd ones. When it is at its end duplicates are sent: the case is then worth
-- nothing, and says so.
package.path = "tests/bench/?.lua;" .. package.path
local accounts = require("accounts")
local threads = {}

function setup(thread)
   thread:set("number", #threads)
   table.insert(threads, thread)
end

local function request_of(line)
   local id, timestamp, signature, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
   return wrk.format("POST", "/v1/webhooks/gateway", {
      ["Content-Type"] = "application/json",
      ["webhook-id"] = id,
      ["webhook-timestamp"] = timestamp,
      ["webhook-signature"] = signature
   }, body)
end

function init(args)
   requests, sent, left = {}, 0, 0
   local i = 0
   for line in io.lines(args[1]) do
      if i % 2 == number % 2 then
         requests[#requests + 1] = request_of(line)
      end
      i = i + 1
   end
   left = #requests
end

function request()
   sent, left = sent + 1, left - 1
   return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
   local is_whole = true
   for _, thread in ipairs(threads) do
      is_whole = is_whole and thread:get("left") > 0
   end
   accounts.report(summary, latency, is_whole and summary.requests or 0)
end
