// Vitest's globalSetup: a server of the run's own, which tests find by the environment.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

let server;

export async function setup() {
  const command = ["serve", "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"];
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
}
