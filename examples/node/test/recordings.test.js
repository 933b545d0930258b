import { mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createListener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import grpc from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { download } from "../download.js";
import { control } from "../emulator.js";
import { RecordingsClient as GrpcClient } from "../recordings.js";
import { RecordingsClient as RestClient } from "../rest.js";
import { tone } from "./sound.js";

const wave = tone();
const ABSENT = "projects/node/calls/c1/recordings/absent";

async function listening(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${server.address().port}`;
}

describe.each([
  ["grpc-js", GrpcClient, ""],
  ["fetch", RestClient, "http://"],
])("%s", (kind, Client, scheme) => {
  let client;
  beforeEach(() => {
    client = new Client();
  });
  afterEach(() => client.close?.());

  test("import, wait, list, get, download, delete", async () => {
    const call = `projects/node/calls/${kind}`;
    const made = [];
    for (const recordingId of ["a", "b", "c"]) {
      const { name } = await new RestClient().importFile(call, wave, { recordingId });
      made.unshift(name);
    }
    const ready = await client.waitUntilReady(made[0]);
    expect(ready.state).toBe("SUCCEEDED");
    expect((await client.get(made[0])).audio).toHaveLength(2);
    const listed = [];
    for await (const recording of client.list(call, 2)) listed.push(recording.name);
    expect(listed).toEqual(made);
    const folder = await mkdtemp(join(tmpdir(), "recordings-"));
    await client.download(ready, join(folder, "c.wav"));
    expect((await readFile(join(folder, "c.wav"))).equals(wave)).toBe(true);
    await client.delete(made[0]);
    await expect(client.get(made[0])).rejects.toThrow(made[0]);
  });

  test("a recording that is not there", async () => {
    const error = await client.get(ABSENT).catch((error) => error);
    expect([grpc.status.NOT_FOUND, "NOT_FOUND"]).toContain(error.code);
    expect(error.message).toContain(ABSENT);
  });

  test("what the emulator plays: a call that takes its time, a cut, a refusal", async () => {
    const project = `projects/node-${kind}`;
    const simulate = { recordingId: "r", duration: "10s", endAfterGets: 3 };
    const { name } = await control(`${project}/calls/c/recordings:simulate`, simulate);
    expect((await client.get(name)).state).toBe("PENDING");
    const ready = await client.waitUntilReady(name);
    expect(ready.state).toBe("SUCCEEDED");

    await control("faults", { method: "Download", project, cutAfterBytes: 100_000 });
    const to = join(await mkdtemp(join(tmpdir(), "recordings-")), "r.wav");
    await client.download(ready, to);
    expect(await stat(to)).toMatchObject({ size: 44 + 10 * 2 * 2 * 8000 });

    const status = { code: grpc.status.UNAUTHENTICATED, message: "the token has expired" };
    await control("faults", { method: "GetRecording", project, status });
    const refused = await client.get(name).catch((error) => error);
    expect([grpc.status.UNAUTHENTICATED, "UNAUTHENTICATED"]).toContain(refused.code);
    expect(refused.message).toContain(name);
    const { faults } = await control(`faults?project=${project}`);
    expect(faults.map((fault) => fault.firedCount)).toEqual([1, 1]);
  });

  test("a server that is down", async () => {
    const down = new Client(`${scheme}127.0.0.1:2`);
    await expect(down.get(ABSENT)).rejects.toThrow(/ECONNREFUSED/);
    down.close?.();
  });

  test("a server that is slow", async () => {
    const deaf = createListener((socket) => socket.on("error", () => {}));
    const slow = new Client(scheme + (await listening(deaf)), { deadlineMs: 300 });
    await expect(slow.get(ABSENT)).rejects.toThrow(/Deadline exceeded|DEADLINE_EXCEEDED|timeout/i);
    slow.close?.();
    deaf.close();
  });
});

test("a server that is too old, or refuses the token", async () => {
  const server = new grpc.Server();
  const address = await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    ),
  );
  const client = new GrpcClient(address, { token: "expired" });
  await expect(client.get(ABSENT)).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  client.close();
  server.forceShutdown();

  const gate = createServer((request, response) => {
    response.writeHead(request.headers.authorization === "Bearer expired" ? 401 : 500);
    response.end('{"error":{"code":401,"status":"UNAUTHENTICATED","message":"expired"}}');
  });
  const rest = new RestClient(`http://${await listening(gate)}`, { token: "expired" });
  await expect(rest.get(ABSENT)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  gate.close();
});

test("a download that is cut goes on where it was cut", async () => {
  const asked = [];
  const cutter = createServer((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range)?.[1] ?? 0);
    asked.push(from);
    response.writeHead(from ? 206 : 200, { "content-length": wave.length - from, etag: '"1"' });
    const end = from + 6000;
    response.write(wave.subarray(from, end), () => end < wave.length && response.destroy());
    if (end >= wave.length) response.end();
  });
  const uri = `http://${await listening(cutter)}/media`;
  const to = join(await mkdtemp(join(tmpdir(), "recordings-")), "a.wav");
  await download(ABSENT, uri, wave.length, to);
  expect((await readFile(to)).equals(wave)).toBe(true);
  expect(asked[0]).toBe(0);
  expect(asked.slice(1).every((from) => from > 0)).toBe(true);
  cutter.close();
});

test("a download that is cut for good leaves no file behind", async () => {
  const cutter = createServer((request, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("half", () => response.destroy());
  });
  const uri = `http://${await listening(cutter)}/media`;
  const folder = await mkdtemp(join(tmpdir(), "recordings-"));
  await expect(download(ABSENT, uri, 1000, join(folder, "a.wav"))).rejects.toThrow(
    /absent: the download broke off at \d+ of 1000 bytes/,
  );
  expect(await readdir(folder)).not.toContain("a.wav");
  cutter.close();
});
