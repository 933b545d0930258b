#!/usr/bin/env bash
# Recordings with curl alone. Source it, or run it: recordings.sh COMMAND ARGUMENTS
#
#   recordings.sh import FILE PARENT [ID]    recordings.sh wait NAME [SECONDS]
#   recordings.sh list PARENT                recordings.sh download NAME FILE
#   recordings.sh get NAME                   recordings.sh delete NAME
#   recordings.sh verify URL HEADERS BODY KEY
#
# VOICE_RECORDINGS_EMULATOR_URL says where the server is, VOICE_RECORDINGS_TOKEN
# who you are. Needs curl and, to read JSON and to check signatures, jq and openssl.
set -euo pipefail

url=${VOICE_RECORDINGS_EMULATOR_URL:-http://127.0.0.1:8080}

# Prints the answer; a refusal goes to standard error, and the exit status is curl's.
# --retry asks again after 408, 429, 500, 502, 503, 504 and when nobody answers,
# and waits as long as Retry-After says. All calls here may be repeated: an import
# by its id, for which the file's hash stands in; only a second DELETE is a 404.
call() {
  local method=$1 path=$2 answer status=0
  shift 2
  answer=$(curl --silent --show-error --fail-with-body \
    --retry "${RETRIES:-4}" --retry-connrefused \
    --connect-timeout 10 --max-time "${DEADLINE_SECONDS:-60}" --request "$method" \
    ${VOICE_RECORDINGS_TOKEN:+--header "Authorization: Bearer $VOICE_RECORDINGS_TOKEN"} \
    "$@" "$url/$path") || status=$?
  case $answer in
    *'"reason":"NO_SUCH_PATH"'*) answer="the server is too old to know this: $answer" ;;
  esac
  [ $status = 0 ] || { echo "$method $path at $url failed: $answer" >&2; return $status; }
  printf '%s\n' "$answer"
}

import() {
  local id=${3:-$(sha256sum "$1" | head --bytes 32)}
  call POST "v1/$2/recordings:import?recordingId=$id" \
    --header 'Content-Type: audio/wav' --data-binary "@$1"
}

get() { call GET "v1beta1/$1"; }

delete() { call DELETE "v1beta1/$1"; }

# One recording a line, newest first, page after page.
list() {
  local token='' page
  while :; do
    page=$(call GET "v1beta1/$1/recordings" --get --data-urlencode "pageSize=${PAGE_SIZE:-100}" \
      --data-urlencode "pageToken=$token")
    jq --compact-output '.recordings[]?' <<<"$page"
    token=$(jq --raw-output '.nextPageToken // ""' <<<"$page")
    [ -n "$token" ] || return 0
  done
}

# The recording once it is SUCCEEDED, EMPTY or FAILED.
wait_until_ready() {
  local recording end=$((SECONDS + ${2:-60}))
  while :; do
    recording=$(get "$1")
    [ "$(jq --raw-output .state <<<"$recording")" = PENDING ] || break
    [ $SECONDS -lt $end ] || { echo "$1 is still PENDING" >&2; return 1; }
    sleep 0.2
  done
  echo "$recording"
}

# Saves the WAV; what an earlier run left of it is gone on with.
download() {
  local uri
  uri=$(get "$1" | jq --raw-output '.audio[]? | select(.mimeType == "audio/x-wav") | .uri')
  [ -n "$uri" ] || { echo "$1 has no audio to download" >&2; return 1; }
  curl --silent --show-error --fail --retry 4 --retry-all-errors --connect-timeout 10 \
    --speed-limit 1 --speed-time 30 --continue-at - --output "$2.part" "$uri" || {
    local status=$?
    echo "$1: the download broke off; run it again to go on" >&2
    return $status
  }
  mv "$2.part" "$2"
}

# verify URL HEADERS BODY KEY: URL is the ready_uri, HEADERS and BODY are files
# (a header a line), KEY is base64. The exit status tells whether it is genuine.
verify() {
  local hex event signature id seconds now
  hex=$(base64 --decode <<<"$4" | od -An -v -tx1 | tr -d ' \n')
  header() { sed -n "s/^$1: *//Ip" "$2" | tr -d '\r'; }
  mac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64; }
  event=$(header X-Enfonica-Event "$2")
  signature=$(header X-Enfonica-Signature "$2")
  id=$(header webhook-id "$2")
  seconds=$(header webhook-timestamp "$2")
  [ "$({ printf '%s%s' "$1" "$event"; cat "$3"; } | mac)" = "$signature" ] || {
    echo 'the key does not give X-Enfonica-Signature for this URL and body' >&2
    return 1
  }
  header webhook-signature "$2" | tr ' ' '\n' |
    grep --quiet --fixed-strings --line-regexp \
      "v1,$({ printf '%s.%s.' "$id" "$seconds"; cat "$3"; } | mac)" || {
    echo 'the key does not give the webhook-signature' >&2
    return 1
  }
  now=${NOW:-$(date +%s)}
  [ $((now - seconds)) -le 300 ] && [ $((seconds - now)) -le 300 ] || {
    echo 'it was signed too long ago' >&2
    return 1
  }
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  command=${1:?what to do}
  shift
  case $command in
    wait) wait_until_ready "$@" ;;
    import | get | list | delete | download | verify) "$command" "$@" ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
fi
