// Vitest's globalSetup: a server of the run's own, which tests find by the environment.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PROJECT = "node";
const folder = mkdtempSync(join(tmpdir(), "emulator-"));
let server;

export async function setup() {
  // With a secret of ours the keys that webhooks are signed with can be told.
  const secretFile = join(folder, "secret");
  writeFileSync(secretFile, randomBytes(32).toString("base64"), { mode: 0o600 });
  const key = ["webhooks", "key", PROJECT, "--secret-file", secretFile];
  process.env.WEBHOOK_KEY = execFileSync("voice-recordings", key, { encoding: "utf8" }).trim();
  const addresses = ["--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"];
  const command = ["serve", ...addresses, "--secret-file", secretFile];
  server = spawn("voice-recordings", command, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(server, "exit").then(([code]) => {
    throw new Error(`voice-recordings ended with ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(createInterface(server.stdout), "line"), exited]);
  exited.catch(() => {});
  const ready = JSON.parse(line);
  process.env.VOICE_RECORDINGS_EMULATOR_HOST = ready.grpc;
  process.env.VOICE_RECORDINGS_EMULATOR_URL = ready.http;
}

export async function teardown() {
  server.kill();
  await once(server, "exit");
  rmSync(folder, { recursive: true });
}
