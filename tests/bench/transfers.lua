-- transfers.lua - wrk's requests: one transfer each, with a key of its own.
-- Arguments after --: number of accounts, "uniform" or "hot" (all into account 1), a word that makes keys unique, the
-- first 23 characters of every account id.
local alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
local prefix -- of every account id; an argument, so that nobody has to encode 90 bits here
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

-- The id of account i: its last ten hex digits are the last eight characters of the TypeID.
local function account(i)
   local tail = {}
   for place = 8, 1, -1 do
      local digit = i % 32
      tail[place] = alphabet:sub(digit + 1, digit + 1)
      i = (i - digit) / 32
   end
   return prefix .. table.concat(tail)
end

function init(args)
   count, mode, run, prefix = tonumber(args[1]), args[2], args[3], args[4]
   sent, failed = 0, 0
   math.randomseed(number * 7919 + os.time())
   headers = {
      ["Content-Type"] = "application/json",
      ["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY")
   }
end

function request()
   sent = sent + 1
   local from = math.random(2, count)
   local to = mode == "hot" and 1 or math.random(2, count)
   if to == from then to = from % count + 1 end
   headers["Idempotency-Key"] = run .. "-" .. number .. "-" .. sent
   local body = string.format('{"from_account":"%s","to_account":"%s","amount":%d,"currency":"EUR"}', account(from),
      account(to), math.random(1, 100))
   return wrk.format("POST", "/v1/transfers", headers, body)
end

-- One line that report.py reads.
function done(summary, latency)
   local errors = summary.errors
   io.write(string.format("RESULT requests=%d seconds=%.3f p50_us=%d p99_us=%d non2xx=%d socket_errors=%d\n",
      summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), errors.status,
      errors.connect + errors.read + errors.write + errors.timeout))
end
