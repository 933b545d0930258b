"""When a webhook is tried again: the waits are data, the answer decides which applies."""

import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

# The publisher's: the first attempt is made at once, and one after each wait.
WAITS_SECONDS = (1, 2, 4, 8, 60, 1800, 3600, 7200)
MOST_ATTEMPTS = 1 + len(WAITS_SECONDS)

# A receiver may ask for more time than the schedule gives, up to this.
LONGEST_WAIT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt went: a status, or none where there was no answer at all."""

    status: int | None = None
    retry_after: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver has the webhook."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)


def next_attempt(attempts: int, answer: Answer, now: datetime) -> datetime | None:
    """When to try again after this many attempts, the last of which got this answer.

    None when there is nothing left to do: it succeeded, the receiver is gone
    for good (410), or every attempt has been made.
    """
    if answer.is_success or answer.status == HTTPStatus.GONE or attempts >= MOST_ATTEMPTS:
        return None
    due = now + timedelta(seconds=WAITS_SECONDS[attempts - 1])
    asked = retry_time(answer.retry_after, now)
    return max(due, asked) if asked else due


def retry_time(retry_after: str | None, now: datetime) -> datetime | None:
    """What a Retry-After header asks for (RFC 9110, 10.2.3): seconds or a date."""
    if not retry_after:
        return None
    latest = now + timedelta(seconds=LONGEST_WAIT_SECONDS)
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        # Ten digits are more than the longest wait and less than timedelta's limit.
        return min(latest, now + timedelta(seconds=int(text[:10])))
    try:
        asked = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return min(latest, asked if asked.tzinfo else asked.replace(tzinfo=UTC))
