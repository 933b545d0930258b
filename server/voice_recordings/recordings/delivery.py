"""The delivery of one webhook: what has been tried and what comes next."""

import enum


class Failure(enum.Enum):
    """Why an attempt brought no answer that counts."""

    CONNECT_TIMEOUT = "CONNECT_TIMEOUT"
    TIMEOUT = "TIMEOUT"
    NAME_NOT_FOUND = "NAME_NOT_FOUND"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    CONNECTION_FAILED = "CONNECTION_FAILED"
    TLS_FAILED = "TLS_FAILED"
    ANSWER_INVALID = "ANSWER_INVALID"
    REDIRECT_REFUSED = "REDIRECT_REFUSED"
    URL_INVALID = "URL_INVALID"
