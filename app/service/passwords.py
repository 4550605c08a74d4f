"""Passwords: argon2 with chosen parameters, on few threads, so that a flood of sign-ins stalls nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.domain.errors import KnownError
from app.service.errors import Refusal

T = TypeVar("T")

# 19 MiB, two passes, one lane: an OWASP profile. About 25 ms of a core, where the library's default takes 250 ms.
_HASHING = PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))

LEAST_LENGTH = 10
"""Characters a password needs at least."""

MOST_LENGTH = 1_000
"""Characters a password may have at most; hashing a book would be an attack."""


class Passwords:
    """Hashes and checks passwords on ``threads`` threads; at most ``waiting`` more may queue for them."""

    def __init__(self, threads: int = 2, waiting: int = 16) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._places = threading.BoundedSemaphore(threads + waiting)
        # Checked when there is no such account, so that the answer takes as long as if there were one.
        self._nobody = hash_password("no account has this password")

    def check(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one; ``stored`` None stands for an account that does not exist.

        Raises Refusal 503 when too many checks are waiting already.
        """
        right = self._run(lambda: _verify(password[:MOST_LENGTH], stored or self._nobody))
        return right and stored is not None

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise Refusal(
                503,
                "sign_in_busy",
                "Many people are signing in just now.",
                "Try again in a few seconds.",
                retry_after=5,
            )
        try:
            return self._pool.submit(work).result()
        finally:
            self._places.release()


def hash_password(password: str) -> str:
    """The argon2 hash to keep."""
    return _HASHING.hash(password)


def check_new_password(password: str) -> None:
    """Raises KnownError for a password that is too short or far too long."""
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise KnownError(
            "password_length",
            f"A password needs {LEAST_LENGTH} to {MOST_LENGTH:,} characters.",
            "Three or four words in a row make a good one.",
        )


def _verify(password: str, stored: str) -> bool:
    try:
        return _HASHING.verify(password, stored)
    except UnknownHashError:
        return False
