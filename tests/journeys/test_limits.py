"""Limits that only a real server can show."""

from __future__ import annotations

import requests

from app.cli.house import LocalService
from tests.journeys.conftest import MORGAN
from tests.service.ground import PASSWORD


def test_a_header_that_anybody_can_write_does_not_lift_the_limit_on_sign_ins(service: LocalService) -> None:
    statuses = []
    with requests.Session() as session:
        for attempt in range(130):
            answer = session.post(
                f"{service.url}/api/auth/sign-in",
                json={"email": f"guess{attempt}@people.invalid", "password": "guess", "device_id": "d"},
                headers={"X-Forwarded-For": f"10.0.{attempt}.1"},
                timeout=30,
            )
            statuses.append(answer.status_code)
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_right_passwords_are_not_charged_to_the_address_they_come_from(service: LocalService) -> None:
    statuses = set()
    with requests.Session() as session:
        for _ in range(105):
            answer = session.post(
                f"{service.url}/api/auth/sign-in",
                json={"email": MORGAN, "password": PASSWORD, "device_id": "d"},
                timeout=30,
            )
            statuses.add(answer.status_code)
    assert statuses == {200}
