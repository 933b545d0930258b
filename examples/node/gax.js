// A client as API client generators write it, on google-gax, straight from
// protos/: what the API's published Node client is made of. The three styles:
//
//   client(gax)                         gRPC
//   client(gax, {fallback: true})       binary protobuf over HTTP (google-gax up to 3)
//   client(gax, {fallback: "rest"})     JSON over HTTP
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const SERVICE = "enfonica.voice.v1beta1.Recordings";
const PROTOS = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "protos");
const RETRY = {
  interfaces: {
    [SERVICE]: {
      retry_codes: { idempotent: ["UNAVAILABLE"], non_idempotent: [] },
      retry_params: {
        default: {
          initial_retry_delay_millis: 100,
          retry_delay_multiplier: 1.3,
          max_retry_delay_millis: 5000,
          initial_rpc_timeout_millis: 20_000,
          rpc_timeout_multiplier: 1,
          max_rpc_timeout_millis: 20_000,
          total_timeout_millis: 60_000,
        },
      },
      methods: Object.fromEntries(
        ["GetRecording", "ListRecordings", "DeleteRecording"].map((method) => [
          method,
          {
            timeout_millis: 20_000,
            retry_codes_name: method === "DeleteRecording" ? "non_idempotent" : "idempotent",
            retry_params_name: "default",
          },
        ]),
      ),
    },
  },
};

/** The service's descriptors as generated clients carry them: JSON made of the .proto files. */
function protoJson(gax) {
  const protobuf = require(require.resolve("protobufjs", { paths: [require.resolve(gax)] }));
  const root = new protobuf.Root();
  const google = join(dirname(require.resolve(gax)), "..", "protos");
  root.resolvePath = (_, file) => join(file.startsWith("google/") ? google : PROTOS, file);
  return root.loadSync("enfonica/voice/v1beta1/recordings.proto").toJSON();
}

/**
 * `gax` is the package's name. With auth off nothing is sent; `token` is sent
 * as a bearer token.
 */
export async function client(gax, { fallback, grpcAddress, url, token } = {}) {
  const library = fallback ? require(gax).fallback : require(gax);
  const [host, port] = fallback ? new URL(url).host.split(":") : grpcAddress.split(":");
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const options = {
    fallback,
    servicePath: host,
    port: Number(port),
    protocol: "http",
    auth: {
      getRequestHeaders: async () => headers,
      getUniverseDomain: async () => "googleapis.com",
      fetch: (...call) => fetchWith(headers, ...call),
    },
  };
  const gaxGrpc = new library.GrpcClient(options);
  const protos = gaxGrpc.loadProtoJSON(protoJson(gax));
  if (!fallback) options.sslCreds = gaxGrpc.grpc.credentials.createInsecure();
  const defaults = gaxGrpc.constructSettings(SERVICE, RETRY, {}, { "x-goog-api-client": "gax" });
  const definition = fallback
    ? protos.lookupService(SERVICE)
    : protos.enfonica.voice.v1beta1.Recordings;
  const stub = await gaxGrpc.createStub(definition, options);

  const paging = new (require(gax).PageDescriptor)("pageToken", "nextPageToken", "recordings");
  const call = (method, descriptor) => {
    const send = (...given) => stub[method](...given);
    return library.createApiCall(Promise.resolve(send), defaults[method], descriptor, fallback);
  };
  const calls = {
    getRecording: call("getRecording"),
    listRecordings: call("listRecordings", paging),
    deleteRecording: call("deleteRecording"),
  };
  const settings = (key, request) => ({
    otherArgs: {
      headers: {
        "x-goog-request-params": `${key}=${encodeURIComponent(request[key])}`,
        ...(fallback ? {} : headers),
      },
    },
  });
  const listSettings = (request) =>
    new (require(gax).CallSettings)(settings("parent", request));
  return {
    getRecording: (request) => calls.getRecording(request, settings("name", request)),
    deleteRecording: (request) => calls.deleteRecording(request, settings("name", request)),
    listRecordings: (request) => calls.listRecordings(request, settings("parent", request)),
    listRecordingsStream: (request) =>
      paging.createStream(calls.listRecordings, request, listSettings(request)),
    listRecordingsAsync: (request) =>
      paging.asyncIterate(calls.listRecordings, request, listSettings(request)),
    close: () => stub.close?.(),
  };
}

// google-gax 5 has its auth client do the HTTP; without one to log in with, this is it.
function fetchWith(headers, url, { headers: more, method, body }) {
  const all = new Headers(more);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return fetch(url, { method, body, headers: all });
}
