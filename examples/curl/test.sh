#!/usr/bin/env bash
# Plays every command of recordings.sh against an emulator of its own.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
server='' other=''
finish() {
  for process in $server $other; do kill "$process"; done
  rm -rf "$work"
}
trap finish EXIT

voice-recordings serve --emulator --grpc-address 127.0.0.1:0 --http-address 127.0.0.1:0 \
  --ready-file "$work/ready" >/dev/null &
server=$!
until [ -s "$work/ready" ]; do
  kill -0 "$server"
  sleep 0.05
done
VOICE_RECORDINGS_EMULATOR_URL=$(jq --raw-output .http "$work/ready")
export VOICE_RECORDINGS_EMULATOR_URL

fail() {
  echo "line ${BASH_LINENO[0]}: $*" >&2
  exit 1
}
refused() {
  local with=$1
  shift
  if "$@" >"$work/said" 2>&1; then fail "not refused: $*"; fi
  grep --quiet -- "$with" "$work/said" || fail "not '$with' but: $(cat "$work/said")"
}
recordings() { ./recordings.sh "$@"; }

# A second of a square wave, 8 kHz mono.
{
  printf 'RIFF\xa4\x3e\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0'
  printf 'data\x80\x3e\0\0'
  for _ in $(seq 1000); do printf '\0\x20\0\x20\0\x20\0\x20\0\xe0\0\xe0\0\xe0\0\xe0'; done
} >"$work/prompt.wav"

call=projects/curl/calls/c1
for id in a b c; do
  recordings import "$work/prompt.wav" $call $id | jq --exit-status .name >/dev/null
done
recordings import "$work/prompt.wav" $call a >/dev/null || fail 'not repeatable'
name=$call/recordings/c
[ "$(recordings wait $name | jq --raw-output .state)" = SUCCEEDED ] || fail state
listed=$(PAGE_SIZE=2 recordings list $call | jq --raw-output '.name | split("/")[-1]' | xargs)
[ "$listed" = 'c b a' ] || fail "listed $listed"
recordings download $name "$work/c.wav"
cmp "$work/prompt.wav" "$work/c.wav"

# What is left of a download that was cut is gone on with.
head --bytes 5000 "$work/prompt.wav" >"$work/again.wav.part"
recordings download $name "$work/again.wav"
cmp "$work/prompt.wav" "$work/again.wav"

# What the emulator plays: a call that takes its time, a download that is cut, a refusal.
control() {
  curl --silent --show-error --fail-with-body --header 'Content-Type: application/json' \
    "$VOICE_RECORDINGS_EMULATOR_URL/emulator/v1/$1" ${2:+--data "$2"}
}
played=$(control $call/recordings:simulate '{"duration": "10s", "endAfterGets": 3}' |
  jq --raw-output .name)
[ "$(recordings get "$played" | jq --raw-output .state)" = PENDING ] || fail 'not pending'
[ "$(recordings wait "$played" | jq --raw-output .state)" = SUCCEEDED ] || fail 'never ready'
control faults '{"method": "Download", "project": "projects/curl", "cutAfterBytes": 100000}' \
  >/dev/null
recordings download "$played" "$work/played.wav" 2>"$work/said" ||
  recordings download "$played" "$work/played.wav"
[ "$(wc --bytes <"$work/played.wav")" = $((44 + 10 * 2 * 2 * 8000)) ] || fail 'not whole'
control faults '{"method": "GetRecording", "project": "projects/curl",
  "status": {"code": 16, "message": "the token has expired"}}' >/dev/null
refused 'the token has expired' recordings get "$played"
[ "$(control 'faults?project=projects/curl' | jq .pendingCount)" = null ] || fail 'a fault is left'

recordings delete $name >/dev/null
refused RECORDING_NOT_FOUND recordings get $name
refused INVALID_ARGUMENT recordings list projects/-
export RETRIES=0
# A server of before a method was there answers as one where it is elsewhere does.
VOICE_RECORDINGS_EMULATOR_URL=$VOICE_RECORDINGS_EMULATOR_URL/v0 refused 'too old' \
  recordings get $name
VOICE_RECORDINGS_EMULATOR_URL=http://127.0.0.1:2 refused 'at http://127.0.0.1:2 failed' recordings get $name

# Servers that are slow, and that refuse the token.
cat >"$work/other.py" <<'PYTHON'
import http.server, pathlib, sys, time

class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers["Authorization"] is None:
            time.sleep(5)
            return
        self.send_response(401)
        self.end_headers()
        self.wfile.write(b'{"error":{"code":401,"status":"UNAUTHENTICATED"}}')

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
pathlib.Path(sys.argv[1]).write_text(f"http://127.0.0.1:{server.server_port}\n")
server.serve_forever()
PYTHON
python3 "$work/other.py" "$work/other" 2>/dev/null &
other=$!
until [ -s "$work/other" ]; do sleep 0.05; done
export VOICE_RECORDINGS_EMULATOR_URL
VOICE_RECORDINGS_EMULATOR_URL=$(cat "$work/other")
VOICE_RECORDINGS_TOKEN=expired refused UNAUTHENTICATED recordings get $name
DEADLINE_SECONDS=1 refused 'timed out' recordings get $name

# Webhooks.
sample=../webhook.json
ready_uri=$(jq --raw-output .url $sample)
key=$(jq --raw-output .key $sample)
jq --raw-output '.headers | to_entries[] | "\(.key): \(.value)"' $sample >"$work/headers"
jq --join-output .body $sample >"$work/body"
sed s/SUCCEEDED/FAILED/ "$work/body" >"$work/changed"
grep --invert-match webhook-signature "$work/headers" >"$work/unsigned"
wrong=$(head --bytes 64 /dev/zero | base64 --wrap 0)
NOW=$(sed -n 's/^webhook-timestamp: //p' "$work/headers")
export NOW
recordings verify "$ready_uri" "$work/headers" "$work/body" "$key" || fail 'not genuine'
refused X-Enfonica-Signature recordings verify "$ready_uri" "$work/headers" "$work/body" "$wrong"
refused X-Enfonica-Signature recordings verify "$ready_uri&" "$work/headers" "$work/body" "$key"
refused X-Enfonica-Signature recordings verify "$ready_uri" "$work/headers" "$work/changed" "$key"
refused webhook-signature recordings verify "$ready_uri" "$work/unsigned" "$work/body" "$key"
NOW=$((NOW + 301)) refused 'too long ago' \
  recordings verify "$ready_uri" "$work/headers" "$work/body" "$key"

echo done
