// Recordings over REST, with fetch. Nothing to install.
import { setTimeout as sleep } from "node:timers/promises";
import { download } from "./download.js";

/** The service said no; `code` is its status, `reason` the stable word for why. */
export class ServiceError extends Error {
  constructor(what, { code, status, message, details = [] }) {
    super(`${what}: ${status}: ${message}`);
    this.code = status;
    this.httpStatus = code;
    this.reason = details.find((detail) => detail.reason)?.reason;
  }
}

export class RecordingsClient {
  constructor(
    url = process.env.VOICE_RECORDINGS_EMULATOR_URL,
    { token, deadlineMs = 30_000 } = {},
  ) {
    this.url = url;
    this.deadlineMs = deadlineMs;
    this.headers = token ? { authorization: `Bearer ${token}` } : {};
  }

  get(name) {
    return this.#call("GET", `v1beta1/${name}`);
  }

  async *list(parent, pageSize = 100) {
    let pageToken = "";
    do {
      const query = new URLSearchParams({ pageSize, pageToken });
      const page = await this.#call("GET", `v1beta1/${parent}/recordings?${query}`);
      yield* page.recordings ?? [];
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Saves the recording's file of this type; the path appears once it is whole. */
  download(recording, to, mimeType = "audio/x-wav") {
    const file = recording.audio?.find((audio) => audio.mimeType === mimeType);
    if (!file) throw new Error(`${recording.name} is ${recording.state}, without ${mimeType}`);
    return download(recording.name, file.uri, file.sizeBytes, to);
  }

  delete(name) {
    return this.#call("DELETE", `v1beta1/${name}`);
  }

  /** Makes a recording of a file; the same id with the same content may be sent again. */
  importFile(parent, file, options = {}) {
    const query = new URLSearchParams(options);
    return this.#call("POST", `v1/${parent}/recordings:import?${query}`, file);
  }

  async waitUntilReady(name, timeoutMs = 60_000) {
    const end = Date.now() + timeoutMs;
    for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
      const recording = await this.get(name);
      if (recording.state !== "PENDING") return recording;
      if (Date.now() > end) throw new Error(`${name} is still PENDING after ${timeoutMs} ms`);
      await sleep(pauseMs);
    }
  }

  async #call(method, path, body) {
    const what = `${method} ${path.split("?")[0]}`;
    const headers = body ? { ...this.headers, "content-type": "audio/wav" } : this.headers;
    const signal = AbortSignal.timeout(this.deadlineMs);
    let response;
    try {
      response = await fetch(`${this.url}/${path}`, { method, headers, body, signal });
    } catch (cause) {
      const why = cause.cause?.message ?? cause.message;
      throw new Error(`${what}: no answer from ${this.url}: ${why}`, { cause });
    }
    if (!response.ok) {
      const refusal = await response.json().catch(() => ({}));
      const unknown = { code: response.status, status: "UNKNOWN", message: response.statusText };
      throw new ServiceError(what, refusal.error ?? unknown);
    }
    return response.json();
  }
}
