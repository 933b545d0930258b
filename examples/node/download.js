// Downloads a file of a recording; needs nothing but its link.
import { createWriteStream } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Saves what the link leads to; the path appears once it is whole. A download
 * that breaks off goes on where it broke, as often as it gets on.
 */
export async function download(name, uri, sizeBytes, to) {
  const part = `${to}.part`;
  let etag;
  let cause;
  for (let done = 0, before = -1; done > before; ) {
    const headers = etag && done ? { range: `bytes=${done}-`, "if-range": etag } : {};
    try {
      const response = await fetch(uri, { headers });
      if (!response.ok) throw new Error(`${name}: the link is refused: ${response.status}`);
      etag = response.headers.get("etag");
      const flags = response.status === 206 ? "a" : "w";
      before = flags === "a" ? done : 0;
      await pipeline(Readable.fromWeb(response.body), createWriteStream(part, { flags }));
    } catch (error) {
      if (before < 0) throw error;
      cause = error;
    }
    done = (await stat(part)).size;
    if (done === sizeBytes) {
      await rename(part, to);
      return to;
    }
  }
  const { size } = await stat(part);
  throw new Error(`${name}: the download broke off at ${size} of ${sizeBytes} bytes`, { cause });
}
