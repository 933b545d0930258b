// Recordings over gRPC, with grpc-js. `npm run generate` writes descriptors.binpb;
// read from it, fields keep the names they have in protos/: mime_type, page_size.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { download } from "./download.js";

const descriptors = readFileSync(new URL("descriptors.binpb", import.meta.url));
const packages = grpc.loadPackageDefinition(
  loadFileDescriptorSetFromBuffer(descriptors, { enums: String, longs: Number, defaults: true }),
);
const { Recordings } = packages.enfonica.voice.v1beta1;

export class RecordingsClient {
  #stub;
  #deadlineMs;
  #metadata = new grpc.Metadata();

  constructor(
    address = process.env.VOICE_RECORDINGS_EMULATOR_HOST,
    { credentials = grpc.credentials.createInsecure(), token, deadlineMs = 30_000 } = {},
  ) {
    this.#stub = new Recordings(address, credentials);
    this.#deadlineMs = deadlineMs;
    if (token) this.#metadata.set("authorization", `Bearer ${token}`);
  }

  /** One recording, with links to download its audio. */
  get(name) {
    return this.#call("GetRecording", { name });
  }

  /** The recordings of a call or project, newest first, page after page. */
  async *list(parent, pageSize = 100) {
    let pageToken = "";
    do {
      const page = await this.#call("ListRecordings", {
        parent,
        page_size: pageSize,
        page_token: pageToken,
      });
      yield* page.recordings;
      pageToken = page.next_page_token;
    } while (pageToken);
  }

  /** Saves the recording's file of this type; the path appears once it is whole. */
  download(recording, to, mimeType = "audio/x-wav") {
    const file = recording.audio.find((audio) => audio.mime_type === mimeType);
    if (!file) throw new Error(`${recording.name} is ${recording.state}, without ${mimeType}`);
    return download(recording.name, file.uri, file.size_bytes, to);
  }

  delete(name) {
    return this.#call("DeleteRecording", { name });
  }

  /** The recording once it is SUCCEEDED, EMPTY or FAILED. */
  async waitUntilReady(name, timeoutMs = 60_000) {
    const end = Date.now() + timeoutMs;
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
      const recording = await this.get(name);
      if (recording.state !== "PENDING") return recording;
      if (Date.now() > end) throw new Error(`${name} is still PENDING after ${timeoutMs} ms`);
      await sleep(pauseMs);
    }
  }

  close() {
    this.#stub.close();
  }

  #call(method, request) {
    const options = { deadline: Date.now() + this.#deadlineMs };
    return new Promise((resolve, reject) => {
      this.#stub[method](request, this.#metadata, options, (error, answer) => {
        if (error) {
          error.message = `${method} ${request.name ?? request.parent}: ${error.message}`;
          reject(error);
        } else resolve(answer);
      });
    });
  }
}
