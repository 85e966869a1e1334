#!/usr/bin/env python3
"""sign_webhooks.py SECRET COUNT WORD - signed webhook events for webhooks.lua, a line each: id, timestamp, signature and body
with tabs between. Made beforehand, so that the client does not spend the time of the server that it measures."""
import base64
import hashlib
import hmac
import sys
import time


def main():
    key, count, word = base64.b64decode(sys.argv[1].removeprefix("whsec_")), int(sys.argv[2]), sys.argv[3]
    now = int(time.time())
    first = hmac.new(key, digestmod=hashlib.sha256)
    for i in range(count):
        name = f"{word}-{i}"
        body = (f'{{"event_id":"{name}","event_type":"bench.event","occurred_at":"2026-11-21T15:06:54Z",'
                f'"payload":{{"payment":"po_{i:026d}","amount":{1 + i % 100000},"currency":"EUR","reference":"order {i}"}}}}')
        mac = first.copy()
        mac.update(f"{name}.{now}.{body}".encode())
        print(name, now, "v1," + base64.b64encode(mac.digest()).decode(), body, sep="\t")


main()
