"""Which addresses of evidence that is only a link may be opened."""

from __future__ import annotations

import pytest

from app.domain.errors import KnownError
from app.workspace.links import host_of
from tests.support.travel import LINK


@pytest.mark.parametrize(
    "url", [LINK, "http://portfolio.example.invalid:8080/x", "https://xn--brn-0na.example.invalid"]
)
def test_M43_a_plain_address_of_the_web_may_be_opened(url: str) -> None:
    assert host_of(url).endswith("example.invalid")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://share.example.invalid/x",
        "portfolio.example.invalid/x",
        "https://",
        "https://bank.example.invalid@evil.example.invalid/",
        "https://evil.example.invalid\\@bank.example.invalid/",
        "https://evil.example.invalid/\u202egpj.exe",
        "https://evil.example.invalid/a b",
        "https://evil.example.invalid:99999999/",
        "https://[::1/",
        "",
    ],
)
def test_M45_what_is_no_plain_address_of_the_web_is_not_opened(url: str) -> None:
    with pytest.raises(KnownError) as refused:
        host_of(url)
    assert refused.value.code == "link_not_web"
