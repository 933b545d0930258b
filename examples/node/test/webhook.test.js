import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { verify } from "../webhook.js";

const sample = JSON.parse(readFileSync(new URL("../../webhook.json", import.meta.url)));
const body = Buffer.from(sample.body);
const now = Number(sample.headers["webhook-timestamp"]) * 1000;
const WRONG = Buffer.alloc(64).toString("base64");

test("a genuine webhook tells its recording", () => {
  expect(verify(sample.url, sample.headers, body, [WRONG, sample.key], now).state).toBe("SUCCEEDED");
});

test.each([
  ["another key", { keys: [WRONG] }],
  ["another URL", { url: `${sample.url}&more=1` }],
  ["another body", { body: Buffer.from(sample.body.replace("SUCCEEDED", "FAILED")) }],
  ["an old one", { now: now + 301_000 }],
  ["no signatures", { headers: {} }],
  ["another time", { headers: { ...sample.headers, "webhook-timestamp": "1893456001" } }],
])("%s is refused", (_, changed) => {
  const given = { url: sample.url, headers: sample.headers, body, keys: [sample.key], now, ...changed };
  expect(() => verify(given.url, given.headers, given.body, given.keys, given.now)).toThrow();
});
