"""The names on the wire: the one event there is, and the headers that carry it."""

RECORDING_READY = "RECORDING_READY"

CONTENT_TYPE = "application/json; charset=utf-8"

# The publisher's.
EVENT_HEADER = "X-Enfonica-Event"
SIGNATURE_HEADER = "X-Enfonica-Signature"

# Those of Standard Webhooks (standardwebhooks.com, specification 1.0.0).
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
STANDARD_SIGNATURE_HEADER = "webhook-signature"
