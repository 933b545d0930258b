// Tells whether a webhook is genuine. Nothing to install.
import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;

/**
 * The recording a webhook tells of; throws if it is not genuine, or old.
 *
 * `url` is the ready_uri as you gave it, `body` the Buffer as it came, `keys`
 * the project's key in base64, or two while they change.
 */
export function verify(url, headers, body, keys, now = Date.now()) {
  const raw = keys.map((key) => Buffer.from(key, "base64"));
  const signed = (given, ...parts) =>
    raw.some((key) => {
      const hmac = createHmac("sha256", key);
      for (const part of parts) hmac.update(part);
      const expected = hmac.digest();
      const signature = Buffer.from(given ?? "", "base64");
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    });

  const event = headers["x-enfonica-event"] ?? "";
  if (!signed(headers["x-enfonica-signature"], url, event, body)) {
    throw new Error("no key gives this signature for this URL and body");
  }
  const id = headers["webhook-id"];
  const seconds = headers["webhook-timestamp"];
  const genuine = (headers["webhook-signature"] ?? "").split(" ").some(
    (each) => each.startsWith("v1,") && signed(each.slice(3), `${id}.${seconds}.`, body),
  );
  if (!genuine) throw new Error("no key gives the webhook-signature");
  if (!(Math.abs(now / 1000 - Number(seconds)) <= TOLERANCE_SECONDS)) {
    throw new Error("signed too long ago: a repeat, or a wrong clock");
  }
  return JSON.parse(body);
}
