"use strict";

// Lists the operations of openapi.json, each with a form that calls it.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const resolved = (api, thing) =>
  thing.$ref ? thing.$ref.slice(2).split("/").reduce((at, key) => at[key], api) : thing;

// The names a value may be chosen from, where the schema lists them.
const choices = (api, schema) => {
  const plain = resolved(api, schema);
  const listed = [plain, ...(plain.anyOf ?? [])].find((each) => each.enum && each.type === "string");
  if (listed) return listed.enum;
  return plain.type === "boolean" ? ["true", "false"] : null;
};

const field = (api, parameter) => {
  const names = choices(api, parameter.schema);
  const input = names
    ? make("select", {}, ...["", ...names].map((name) => make("option", { value: name }, name)))
    : make("input", { placeholder: parameter.schema.type === "array" ? "one, another" : "" });
  input.name = parameter.name;
  input.required = Boolean(parameter.required);
  const label = make("label", {}, make("span", {}, `${parameter.name}${parameter.required ? " *" : ""}`), input);
  if (parameter.description) label.append(make("small", {}, parameter.description));
  return { parameter, input, label };
};

const address = (path, fields) => {
  const query = new URLSearchParams();
  let target = path;
  for (const { parameter, input } of fields) {
    if (parameter.in === "path") {
      target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    } else if (input.value !== "") {
      const many = parameter.schema.type === "array";
      const values = many ? input.value.split(",").map((text) => text.trim()) : [input.value];
      values.forEach((value) => query.append(parameter.name, value));
    }
  }
  const text = query.toString();
  return target.slice(1) + (text ? `?${text}` : "");
};

const shown = async (response) => {
  const text = await response.text();
  const head = `${response.status} ${response.statusText}\n\n`;
  try {
    return head + JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return head + text;
  }
};

const bodyOf = (operation) => {
  if (!operation.requestBody) return null;
  const type = Object.keys(operation.requestBody.content)[0];
  return type === "application/json"
    ? { type, input: make("textarea", { name: "body", placeholder: "{}" }) }
    : { type: null, input: make("input", { name: "body", type: "file" }) };
};

const form = (api, path, method, operation) => {
  const fields = operation.parameters.map((parameter) => field(api, resolved(api, parameter)));
  const body = bodyOf(operation);
  const output = make("pre", { hidden: true });
  output.setAttribute("aria-live", "polite");
  const made = make("form", {}, make("div", { className: "text" }, operation.description ?? ""));
  made.append(...fields.map(({ label }) => label));
  if (body) made.append(make("label", {}, make("span", {}, "body"), body.input));
  made.append(make("button", {}, "Send"), output);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const headers = {};
    const token = document.getElementById("token").value;
    if (token) headers.authorization = `Bearer ${token}`;
    const options = { method: method.toUpperCase(), headers };
    if (body?.type) {
      headers["content-type"] = body.type;
      options.body = body.input.value;
    } else if (body) {
      options.body = body.input.files[0];
    }
    output.hidden = false;
    output.textContent = "…";
    try {
      output.textContent = await shown(await fetch(address(path, fields), options));
    } catch (error) {
      output.textContent = String(error);
    }
  });
  return made;
};

const section = (api, tag) => {
  const made = make("section", {}, make("h2", {}, tag.name), make("p", { className: "text" }, tag.description ?? ""));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation.tags.includes(tag.name)) continue;
      const summary = make("summary", {}, make("span", { className: `method ${method}` }, method.toUpperCase()),
        make("code", {}, path), make("div", {}, operation.summary));
      const details = make("details", { id: operation.operationId }, summary);
      details.addEventListener("toggle", () => {
        if (details.open && !details.querySelector("form")) details.append(form(api, path, method, operation));
      });
      made.append(details);
    }
  }
  return made;
};

const main = async () => {
  const operations = document.getElementById("operations");
  const response = await fetch("openapi.json");
  const api = await response.json();
  document.title = api.info.title;
  document.getElementById("title").textContent = `${api.info.title} ${api.info.version}`;
  document.getElementById("about").textContent = api.info.description ?? "";
  operations.append(...api.tags.map((tag) => section(api, tag)));
  operations.removeAttribute("aria-busy");
};

main();
