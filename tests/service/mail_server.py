"""A real mail server on loopback, as kind or as unkind as a test wants it; and a certificate to throw away."""

from __future__ import annotations

import datetime as dt
import ipaddress
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATIENCE = 30
"""Seconds until a test gives up on what it waits for."""

SENDER = "touchstone@house.invalid"
USER, PASSWORD = "postman", "p@ss:w/rd of ours"


@dataclass
class MailServer:
    """What arrived, and what is answered instead of taking it: per reader's address, or (``""``) per text."""

    port: int = 0
    arrived: queue.Queue[EmailMessage] = field(default_factory=queue.Queue)
    readers: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    drops: bool = False
    signed_in_only: bool = False
    # Whether each text that came had travelled over TLS.
    over_tls: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def next(self) -> EmailMessage:
        return self.arrived.get(timeout=PATIENCE)

    def all(self) -> list[EmailMessage]:
        """Everything that arrived so far."""
        found = []
        while not self.arrived.empty():
            found.append(self.arrived.get())
        return found

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.signed_in_only and not session.authenticated:
            return "530 sign in first"
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.drops:
            assert server.transport is not None
            server.transport.abort()
            return "451 never read"
        if "" in self.answers:
            return self.answers[""]
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.over_tls.append(session.ssl is not None)
        self.readers += envelope.rcpt_tos
        self.arrived.put(message)
        return "250 OK"


@contextmanager
def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    smtps: ssl.SSLContext | None = None,
    signed_in: bool = False,
) -> Iterator[MailServer]:
    """A server on a free loopback port. ``signed_in``: takes nothing without ``USER`` and ``PASSWORD``."""
    server = MailServer(signed_in_only=signed_in)

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.login == USER.encode() and data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=False)

    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if signed_in:
        # Where TLS is spoken from the start this server does not know of it.
        options |= {"authenticator": authenticate, "auth_require_tls": starttls is not None}
    controller = Controller(server, hostname="127.0.0.1", port=0, ssl_context=smtps, **options)
    # Port 0 is any free one; the controller looks whether it can be reached, so that it must know which it got.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = free.getsockname()[1]
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


@contextmanager
def rude_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of something on loopback that speaks with one caller after the other as ``talk`` does, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    talk(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


@dataclass(frozen=True)
class Certificate:
    """A certificate for loopback that vouches for itself, and a server's end of TLS with it."""

    path: Path
    server: ssl.SSLContext


def throw_away_certificate(folder: Path, names: Mapping[str, bool] | None = None) -> Certificate:
    """Made for ``localhost`` and 127.0.0.1, or for the names given."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A throw-away certificate")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(other) for other in names]
                if names
                else [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path, private)
    return Certificate(path, context)
