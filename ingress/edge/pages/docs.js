// docs.js - draws /openapi.json: every operation with its parameters, body, scope and answer, and a button to try it.
"use strict";

// make("td", {class: "x"}, "text", child): an element; text is never read as HTML.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function describe(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  const words = [[].concat(schema.type || "any").join(" or ")];
  if (schema.format) words.push(schema.format);
  if (schema.enum) words.push(schema.enum.join(", "));
  if (schema.pattern) words.push(schema.pattern);
  if (schema.minimum !== undefined) words.push(`${schema.minimum} to ${schema.maximum}`);
  if (schema.maxLength !== undefined) words.push(`up to ${schema.maxLength} characters`);
  if (schema.default !== undefined) words.push(`default ${schema.default}`);
  return words.join("; ");
}

// A row per field, with an input where there is one to fill in.
function table(rows) {
  const body = make("tbody", {});
  for (const row of rows) {
    const name = make("td", { class: row.required ? "needed" : "" }, make("code", {}, row.name));
    body.append(make("tr", {}, name, make("td", {}, row.where || ""), make("td", {}, describe(row.schema)),
      make("td", {}, row.description || ""), ...(row.input ? [make("td", {}, row.input)] : [])));
  }
  return make("table", {}, body);
}

function example(schema) {
  const value = {};
  for (const [name, field] of Object.entries(schema.properties)) {
    if (!schema.required.includes(name)) continue;
    value[name] = field.type === "integer" ? 100 : field.enum ? field.enum[0] : name === "currency" ? "EUR" : "";
  }
  return JSON.stringify(value, null, 2);
}

function readRequest(path, method, inputs, bodyInput) {
  const headers = { Accept: "application/json" };
  const query = new URLSearchParams();
  const key = document.getElementById("key").value.trim();
  if (key) headers.Authorization = `Bearer ${key}`;
  for (const { parameter, input } of inputs) {
    if (!input.value) continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.set(parameter.name, input.value);
    else headers[parameter.name] = input.value;
  }
  const options = { method: method.toUpperCase(), headers };
  if (bodyInput && bodyInput.value) {
    options.body = bodyInput.value;
    headers["Content-Type"] = "application/json";
  }
  return { url: query.size ? `${path}?${query}` : path, options };
}

async function send(request, output) {
  const started = performance.now();
  try {
    const answer = await fetch(request.url, request.options);
    const text = await answer.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
    output.textContent = `${answer.status} ${answer.statusText} in ${Math.round(performance.now() - started)} ms\n${shown}`;
  } catch (error) {
    output.textContent = String(error);
  }
}

function drawOperation(path, method, operation) {
  const inputs = operation.parameters.map((parameter) => ({
    parameter,
    input: make("input", { "aria-label": parameter.name }),
  }));
  for (const { parameter, input } of inputs) {
    if (parameter.name === "Idempotency-Key" && parameter.required) input.value = crypto.randomUUID();
  }
  const box = make("details", { id: operation.operationId },
    make("summary", {}, make("span", { class: `method ${method}` }, method.toUpperCase()),
      make("code", {}, path), ` ${operation.summary}`));
  const scopes = operation.security.flatMap((s) => s.api_key);
  box.append(make("p", {}, scopes.length ? `Scope: ${scopes.join(", ")}` : "Public"));
  if (inputs.length) {
    box.append(table(inputs.map(({ parameter, input }) => ({ ...parameter, where: parameter.in, input }))));
  }
  const schema = operation.requestBody && operation.requestBody.content["application/json"].schema;
  let bodyInput = null;
  if (schema) {
    bodyInput = make("textarea", { rows: "6", "aria-label": "body" });
    bodyInput.value = example(schema);
    box.append(make("h4", {}, "Body"), table(Object.entries(schema.properties).map(([name, field]) => ({
      name, schema: field, description: field.description, required: schema.required.includes(name) }))), bodyInput);
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    const content = answer.content && answer.content["application/json"];
    box.append(make("div", {}, make("code", {}, status), ` ${answer.description || "A problem"} `,
      content ? make("a", { href: `#schema-${describe(content.schema)}` }, describe(content.schema)) : ""));
  }
  const output = make("pre", { hidden: "" });
  const button = make("button", { type: "button" }, "Try it");
  button.addEventListener("click", () => {
    output.hidden = false;
    send(readRequest(path, method, inputs, bodyInput), output);
  });
  box.append(button, output);
  return box;
}

async function draw() {
  const api = await (await fetch("/openapi.json")).json();
  document.getElementById("about").textContent = `${api.info.description} Version ${api.info.version}.`;
  const main = document.getElementById("operations");
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) main.append(drawOperation(path, method, operation));
  }
  const schemas = document.getElementById("schemas");
  schemas.append(make("h2", {}, "Schemas"));
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    schemas.append(make("details", { id: `schema-${name}` }, make("summary", {}, make("code", {}, name)),
      make("pre", {}, JSON.stringify(schema, null, 2))));
  }
}

draw();
