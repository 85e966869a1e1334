// docs.js - starts Swagger UI over /openapi.json.
"use strict";

// A fresh key stands in each field for one, so that a request can be tried at once and, sent again, shows its replay.
function suggestKeys(api) {
  if (!window.crypto.randomUUID) return; // plain HTTP from another machine
  for (const operations of Object.values(api.paths)) {
    for (const operation of Object.values(operations)) {
      for (const parameter of operation.parameters) {
        if (parameter.name === "Idempotency-Key" && parameter.required) parameter.example = crypto.randomUUID();
      }
    }
  }
}

async function start() {
  const api = await (await fetch("/openapi.json")).json();
  suggestKeys(api);
  SwaggerUIBundle({
    spec: api,
    dom_id: "#docs",
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
  });
}

start().catch((error) => document.getElementById("docs").append(`/openapi.json could not be shown: ${error}`));
