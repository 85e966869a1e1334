-- accounts.lua - what the wrk scripts share: ids of accounts, headers, and the line that report.py reads.
-- Account i is 01900000-0000-7000-a000-00<i as 10 hex digits>: the last eight characters of its TypeID are the number.
local alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

local accounts = {}

-- prefix: the first 23 characters of every account id, an argument so that nobody has to encode 90 bits here.
function accounts.id(prefix, i)
   local tail = {}
   for place = 8, 1, -1 do
      local digit = i % 32
      tail[place] = alphabet:sub(digit + 1, digit + 1)
      i = (i - digit) / 32
   end
   return prefix .. table.concat(tail)
end

function accounts.headers()
   return {
      ["Content-Type"] = "application/json",
      ["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
   }
end

function accounts.report(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format("RESULT requests=%d seconds=%.3f p50_us=%d p90_us=%d p99_us=%d p999_us=%d non2xx=%d socket_errors=%d\n",
      requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(90), latency:percentile(99),
      latency:percentile(99.9), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end

return accounts
