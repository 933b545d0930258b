import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { serve } from "../emulator.js";
import { client } from "../gax.js";
import { RecordingsClient } from "../rest.js";
import { fetchToken } from "../token.js";
import { tone } from "./sound.js";

const NOT_FOUND = 5;
const UNAUTHENTICATED = 16;
// What the published Node client says in its assertion, wherever it sends it.
const PUBLISHED = {
  audience: "https://oauth2.api.enfonica.com/token",
  scope: "https://voice.api.enfonica.com/enfonica.voice.v1beta1.Recordings",
};

const off = {
  grpcAddress: process.env.VOICE_RECORDINGS_EMULATOR_HOST,
  url: process.env.VOICE_RECORDINGS_EMULATOR_URL,
};
const on = {};

// A server that asks who calls, with one project and one account.
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "gax-"));
  const projects = ["--projects", join(folder, "projects.toml")];
  const keyFile = join(folder, "key.json");
  const run = (...command) => execFileSync("voice-recordings", [...command, ...projects]);
  run("projects", "create", "node");
  const account = ["create", "app", "--project", "node", "--role", "roles/voice.admin"];
  run("service-accounts", ...account, "--key-file", keyFile, "--public-url", "http://127.0.0.1");
  const server = await serve("--auth", "required", ...projects);
  on.grpcAddress = server.grpc;
  on.url = server.http;
  const key = JSON.parse(readFileSync(keyFile));
  const asked = { tokenUrl: `${server.http}/token`, ...PUBLISHED };
  on.token = (await fetchToken(key, asked)).token;
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  };
});

describe.each([
  ["google-gax-3", "gRPC", undefined],
  ["google-gax-3", "binary over HTTP", true],
  ["google-gax-3", "REST", "rest"],
  ["google-gax-5", "gRPC", undefined],
  ["google-gax-5", "REST", "rest"],
].flatMap(([gax, style, fallback]) => [
  [gax, style, "off", fallback, off],
  [gax, style, "on", fallback, on],
]))("%s, %s, auth %s", (gax, _, auth, fallback, server) => {
  const call = `projects/node/calls/${gax}-${fallback ?? "grpc"}-${auth}`;
  const names = ["r3", "r2", "r1"].map((id) => `${call}/recordings/${id}`);
  let recordings;

  beforeAll(async () => {
    const rest = new RecordingsClient(server.url, server);
    for (const recordingId of ["r1", "r2", "r3"]) {
      await rest.importFile(call, tone(), { recordingId });
    }
    for (const name of names) await rest.waitUntilReady(name);
    recordings = await client(gax, { fallback, ...server });
    return () => recordings.close();
  });

  test("get", async () => {
    const [recording] = await recordings.getRecording({ name: names[0] });
    expect(recording).toMatchObject({ name: names[0], state: "SUCCEEDED", channelCount: 1 });
    expect(recording.duration).toMatchObject({ seconds: "1" });
    expect(recording.audio.map((file) => file.mimeType)).toEqual(["audio/x-wav", "audio/mpeg"]);
    expect((await fetch(recording.audio[1].uri)).status).toBe(200);
  });

  test("list, as a promise of all", async () => {
    const [listed] = await recordings.listRecordings({ parent: call, pageSize: 2 });
    expect(listed.map((recording) => recording.name)).toEqual(names);
  });

  test("list, as a stream", async () => {
    const listed = [];
    const stream = recordings.listRecordingsStream({ parent: call, pageSize: 2 });
    await new Promise((resolve, reject) => {
      stream.on("data", (recording) => listed.push(recording.name));
      stream.on("end", resolve).on("error", reject);
    });
    expect(listed).toEqual(names);
  });

  test("list, as an async iterator", async () => {
    const listed = [];
    for await (const recording of recordings.listRecordingsAsync({ parent: call, pageSize: 2 })) {
      listed.push(recording.name);
    }
    expect(listed).toEqual(names);
  });

  test("delete, and NOT_FOUND with its details", async () => {
    const [deleted] = await recordings.deleteRecording({ name: names[2] });
    expect(deleted.name).toBe(names[2]);
    const error = await recordings.getRecording({ name: names[2] }).catch((error) => error);
    expect(error.code).toBe(NOT_FOUND);
    expect(error).toMatchObject({ reason: "RECORDING_NOT_FOUND", domain: "voice-recordings" });
    expect(JSON.stringify(error.statusDetails)).toContain(names[2]);
  });

  test.runIf(auth === "on")("nobody gets in without a token", async () => {
    const stranger = await client(gax, { fallback, ...server, token: undefined });
    const error = await stranger.getRecording({ name: names[0] }).catch((error) => error);
    expect(error.code).toBe(UNAUTHENTICATED);
    stranger.close();
  });
});
