"""Take offline with the service gone: its words are about files that cannot be opened, not about work to be sent."""

from __future__ import annotations

from tests.support.travel import Service, Travelling


def test_M48_what_is_missing_without_a_network_says_to_connect(laptop: Travelling, service: Service) -> None:
    service.close()
    report = laptop.take(laptop.whole)
    assert not report.ready
    assert report.failures
    for failure in report.failures:
        assert failure.do == "Connect and press Try again; without a network these cannot be opened."
