"""The only place that speaks HTTP, against real servers on loopback, honest and otherwise."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.sync.calls import HttpAnswer, HttpCall, Steps, Unreachable
from app.sync.driver import Driver, service_address
from tests.sync.loopback import Respond, listening, say


def ask(call: HttpCall) -> Steps[HttpAnswer]:
    answer = yield call
    return answer


def get(respond: Respond, call: HttpCall | None = None, *, read: float = 5.0) -> HttpAnswer:
    with listening(respond) as address:
        driver = Driver(address, read=read)
        try:
            return driver.run(ask(call or HttpCall("GET", "/api")))
        finally:
            driver.close()


def silence(respond: Respond, *, read: float = 5.0) -> Unreachable:
    with pytest.raises(Unreachable) as silent:
        get(respond, read=read)
    return silent.value


def test_a_call_travels_with_its_headers_and_body_and_its_answer_comes_back() -> None:
    seen: list[tuple[str, str, str | None, bytes]] = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append((handler.command, handler.path, handler.headers.get("X-Mine"), body))
        say(handler, 201, b'{"a": 1}', X_Theirs="yes")

    answer = get(respond, HttpCall("POST", "/api/a?b=c", {"X-Mine": "1"}, b"body"))
    assert seen == [("POST", "/api/a?b=c", "1", b"body")]
    assert (answer.status, answer.body, answer.headers["x-theirs"]) == (201, b'{"a": 1}', "yes")


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b"line\n" * 1000)
    answer = get(lambda handler, _: say(handler, 200, packed, Content_Encoding="gzip"))
    assert answer.body == b"line\n" * 1000


def test_a_streamed_answer_comes_in_pieces() -> None:
    data = b"0123456789abcdef" * 262144

    def read(call: HttpCall) -> Steps[list[int]]:
        answer = yield call
        assert answer.chunks is not None
        return [len(piece) for piece in answer.chunks]

    with listening(lambda handler, _: say(handler, 200, data)) as address:
        driver = Driver(address)
        sizes = driver.run(read(HttpCall("GET", "/", stream=True)))
        driver.close()
    assert sum(sizes) == len(data)
    assert max(sizes) <= 1024 * 1024


def test_nobody_there_means_that_nothing_was_received() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    driver = Driver(f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable) as silent:
        driver.run(ask(HttpCall("GET", "/")))
    driver.close()
    assert silent.value.code == "service_unreachable"
    assert not silent.value.maybe_received


def test_a_service_that_hangs_up_may_have_received_it() -> None:
    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    assert silence(respond).maybe_received


def test_a_service_that_says_nothing_may_have_received_it() -> None:
    done = threading.Event()

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        done.wait(30)

    with listening(respond) as address:
        driver = Driver(address, read=0.05)
        with pytest.raises(Unreachable) as silent:
            driver.run(ask(HttpCall("GET", "/")))
        driver.close()
        done.set()
    assert silent.value.maybe_received


def test_a_body_that_breaks_off_is_noticed() -> None:
    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        say(handler, 200, b"half", Content_Length="8")
        handler.connection.shutdown(socket.SHUT_RDWR)

    assert silence(respond).maybe_received


def test_a_redirect_is_not_followed() -> None:
    paths: list[str] = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        paths.append(handler.path)
        say(handler, 302, Location="/elsewhere")

    assert get(respond).status == 302
    assert paths == ["/api"]


def test_a_stranger_on_the_way_learns_no_password_from_netrc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[str | None] = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append(handler.headers.get("Authorization"))
        say(handler, 200)

    get(respond, HttpCall("GET", "/", {"Authorization": "Bearer mine"}))
    get(respond)
    assert seen == ["Bearer mine", None]


def test_a_proxy_of_the_surroundings_is_not_used_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert get(lambda handler, _: say(handler, 200, b"direct")).body == b"direct"


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server context whose certificate nobody vouches for."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_service_that_cannot_prove_who_it_is_gets_nothing(self_signed: ssl.SSLContext) -> None:
    received: list[bytes] = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        received.append(body)

    with listening(respond, self_signed) as address:
        driver = Driver(address)
        with pytest.raises(Unreachable) as silent:
            driver.run(ask(HttpCall("POST", "/", body=b"secret")))
        driver.close()
    assert not silent.value.maybe_received
    assert "prove who it is" in silent.value.says
    assert received == []


@pytest.mark.parametrize(
    "address",
    [
        "https://touchstone.example.invalid",
        "https://touchstone.example.invalid:8443/moderation",
        "http://127.0.0.1:8610",
        "http://localhost",
        "http://[::1]:80",
    ],
)
def test_safe_addresses_are_taken(address: str) -> None:
    assert service_address(f" {address}/ ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "touchstone.example.invalid",
        "http://touchstone.example.invalid",
        "http://127.0.0.1.example.invalid",
        "http://localhost@example.invalid",
        "https://someone:secret@example.invalid",
        "ftp://example.invalid",
        "file:///etc/passwd",
        "https://example.invalid?next=x",
        "https://example.invalid:port",
        "https://",
    ],
)
def test_addresses_that_are_not_safe_are_refused_in_words(address: str) -> None:
    with pytest.raises(KnownError) as refused:
        Driver(address)
    assert refused.value.code == "service_address_refused"


def test_each_thread_has_a_connection_of_its_own() -> None:
    peers: set[int] = set()

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        peers.add(handler.client_address[1])
        say(handler, 200)

    with listening(respond) as address:
        driver = Driver(address)

        def twice() -> None:
            for _ in range(2):
                driver.run(ask(HttpCall("GET", "/")))

        threads = [threading.Thread(target=twice) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        driver.close()
    assert len(peers) == 3
