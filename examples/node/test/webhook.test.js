import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { control } from "../emulator.js";
import { RecordingsClient } from "../rest.js";
import { verify } from "../webhook.js";
import { tone } from "./sound.js";

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

test("the service's own webhook arrives and is genuine", async () => {
  const receiver = createServer();
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const readyUri = `http://127.0.0.1:${receiver.address().port}/ready?tenant=7`;
  const arrived = once(receiver, "request");
  const { name } = await new RecordingsClient().importFile("projects/node/calls/w", tone(), { readyUri });
  const [request, response] = await arrived;
  const came = await buffer(request);
  response.writeHead(204).end();
  const { webhookKey } = await control("projects/node");
  const recording = verify(readyUri, request.headers, came, [webhookKey]);
  expect(recording).toMatchObject({ name, state: "SUCCEEDED" });
  expect((await fetch(recording.audio[0].uri)).status).toBe(200);
  receiver.close();
});
