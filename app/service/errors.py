"""Refusals of the service: a ``KnownError`` that also knows its HTTP status."""

from __future__ import annotations

from app.domain.errors import KnownError


class Refusal(KnownError):
    """Something the service will not do, in words, with the HTTP status that fits.

    retry_after: seconds after which trying again makes sense, where it does.
    """

    def __init__(
        self, status: int, code: str, says: str, do: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(code, says, do)
        self.status = status
        self.retry_after = retry_after


def no_role() -> Refusal:
    """The answer to somebody whose roles were all taken away, where a role is needed."""
    return Refusal(
        403,
        "no_role",
        "Your account has no role here any more.",
        "Ask the qualifications team if this is a mistake; what you recorded is kept on your computer.",
    )


def signed_out() -> Refusal:
    """The one answer to a missing, unknown, expired or revoked token."""
    return Refusal(401, "signed_out", "You are signed out.", "Sign in again; your work is kept.")
