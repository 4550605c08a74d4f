"""Checking passwords: few at once, and telling nothing by the time it takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.errors import KnownError
from app.service.errors import Refusal
from app.service.passwords import Passwords, check_new_password, hash_password


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(threads=1, waiting=1)
    yield made
    made.close()


def test_the_right_password_and_no_other(passwords: Passwords) -> None:
    stored = hash_password("three words in a row")
    assert passwords.check("three words in a row", stored)
    assert not passwords.check("three words in a raw", stored)
    assert not passwords.check("three words in a row", None)
    assert not passwords.check("anything", "not a hash of ours")


def test_the_same_password_has_another_hash_each_time() -> None:
    assert hash_password("three words in a row") != hash_password("three words in a row")


def test_too_many_at_once_are_asked_to_come_back(passwords: Passwords) -> None:
    stored = hash_password("three words in a row")
    together = threading.Barrier(12)

    def check(_: int) -> str:
        together.wait(60)
        try:
            return str(passwords.check("three words in a row", stored))
        except Refusal as refusal:
            return f"{refusal.status} {refusal.retry_after}"

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(check, range(12)))
    assert set(answers) == {"True", "503 5"}
    assert passwords.check("three words in a row", stored), "afterwards there is room again"


@pytest.mark.parametrize("password", ["", "short one", "x" * 1_001])
def test_a_new_password_is_neither_short_nor_endless(password: str) -> None:
    with pytest.raises(KnownError) as refusal:
        check_new_password(password)
    assert refusal.value.code == "password_length"
