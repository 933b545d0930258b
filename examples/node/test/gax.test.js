import { beforeAll, describe, expect, test } from "vitest";
import { client } from "../gax.js";
import { RecordingsClient } from "../rest.js";
import { tone } from "./sound.js";

const CALL = "projects/node/calls/gax";
const NOT_FOUND = 5;

const where = () => ({
  grpcAddress: process.env.VOICE_RECORDINGS_EMULATOR_HOST,
  url: process.env.VOICE_RECORDINGS_EMULATOR_URL,
});

describe.each([
  ["google-gax-3", "gRPC", undefined],
  ["google-gax-3", "binary over HTTP", true],
  ["google-gax-3", "REST", "rest"],
  ["google-gax-5", "gRPC", undefined],
  ["google-gax-5", "REST", "rest"],
])("%s, %s", (gax, _, fallback) => {
  const call = `${CALL}-${gax.slice(-1)}-${fallback ?? "grpc"}`;
  const names = ["r3", "r2", "r1"].map((id) => `${call}/recordings/${id}`);
  let recordings;

  beforeAll(async () => {
    const rest = new RecordingsClient();
    for (const recordingId of ["r1", "r2", "r3"]) {
      await rest.importFile(call, tone(), { recordingId });
    }
    for (const name of names) await rest.waitUntilReady(name);
    recordings = await client(gax, { fallback, ...where() });
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
});
