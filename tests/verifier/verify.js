// verify.js FILE - FILE is JSON: {secret, id, timestamp, signature, body}, a webhook as it was received. Exit code 0: the npm
// package standardwebhooks takes it for genuine; 1: it does not.
"use strict";

const fs = require("fs");
const { Webhook } = require("standardwebhooks");

const got = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
try {
  new Webhook(got.secret).verify(got.body, {
    "webhook-id": got.id,
    "webhook-timestamp": got.timestamp,
    "webhook-signature": got.signature,
  });
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
