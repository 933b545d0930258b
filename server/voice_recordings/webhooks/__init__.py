"""The ready webhook: what is sent, how it is signed, when it is tried again, where it may go."""

from voice_recordings.errors import WebhookNotVerified
from voice_recordings.webhooks.verification import Webhook, verify

__all__ = ["Webhook", "WebhookNotVerified", "verify"]
