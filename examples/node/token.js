// Exchanges a service account's key file for an access token. Nothing to install.
import { createPrivateKey, randomUUID, sign } from "node:crypto";

const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE = "https://api.enfonica.com/auth/voice";

/**
 * A token, good for the seconds that stand beside it. `tokenUrl` is where it is
 * asked for; `audience` what the service calls that place.
 */
export async function fetchToken(
  key,
  { tokenUrl = key.token_uri, audience = key.token_uri, scope = SCOPE } = {},
) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: "RS256", typ: "JWT", kid: key.private_key_id };
  const claims = {
    iss: key.client_email,
    scope,
    aud: audience,
    iat: now,
    exp: now + 600,
    jti: randomUUID(),
  };
  const text = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const unsigned = `${text(header)}.${text(claims)}`;
  const signature = sign("RSA-SHA256", Buffer.from(unsigned), createPrivateKey(key.private_key));
  const assertion = `${unsigned}.${signature.toString("base64url")}`;
  const body = new URLSearchParams({ grant_type: GRANT, assertion });
  const response = await fetch(tokenUrl, { method: "POST", body });
  const answer = await response.json();
  if (!response.ok) throw new Error(`no token: ${answer.error}: ${answer.error_description}`);
  return { token: answer.access_token, seconds: answer.expires_in };
}
