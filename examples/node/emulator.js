// Vitest's globalSetup: an emulator of the run's own, which tests find by the environment.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const ADDRESSES = ["--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"];
let emulator;

export async function setup() {
  emulator = await serve("--emulator");
  process.env.VOICE_RECORDINGS_EMULATOR_HOST = emulator.grpc;
  process.env.VOICE_RECORDINGS_EMULATOR_URL = emulator.http;
}

export async function teardown() {
  await emulator.stop();
}

/** Starts a server on free ports: its addresses, and how to stop it. */
export async function serve(...options) {
  const command = ["serve", ...ADDRESSES, ...options];
  const server = spawn("voice-recordings", command, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(server, "exit");
  const early = exited.then(([code]) => {
    throw new Error(`voice-recordings ended with ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(createInterface(server.stdout), "line"), early]);
  early.catch(() => {});
  const stop = async () => {
    server.kill();
    await exited;
  };
  return { ...JSON.parse(line), stop };
}

/** One of the emulator's controls: `control("faults", {…})`; without a body it is read. */
export async function control(path, body) {
  const url = `${process.env.VOICE_RECORDINGS_EMULATOR_URL}/emulator/v1/${path}`;
  const headers = { "content-type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(url, body ? post : {});
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${answer.error.message}`);
  return answer;
}
