// Downloads a file of a recording; needs nothing but its link.
import { open, rename } from "node:fs/promises";

/**
 * Saves what the link leads to; the path appears once it is whole. A download
 * that breaks off goes on where it broke, as often as it gets on.
 */
export async function download(name, uri, sizeBytes, to) {
  const part = await open(`${to}.part`, "w");
  let done = 0;
  let etag;
  try {
    while (done < sizeBytes) {
      const before = done;
      let cause;
      try {
        const headers = done && etag ? { range: `bytes=${done}-`, "if-range": etag } : {};
        const response = await fetch(uri, { headers });
        if (!response.ok) throw new Error(`the link is refused: ${response.status}`);
        etag = response.headers.get("etag");
        if (response.status !== 206) done = 0;
        for await (const piece of response.body) {
          await part.write(piece, 0, piece.length, done);
          done += piece.length;
        }
      } catch (error) {
        cause = error;
      }
      if (done <= before && done < sizeBytes) {
        const how = `the download broke off at ${done} of ${sizeBytes} bytes`;
        throw new Error(`${name}: ${how}: ${cause?.message}`, { cause });
      }
    }
  } finally {
    await part.close();
  }
  await rename(`${to}.part`, to);
  return to;
}
