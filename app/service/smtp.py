"""Sending e-mails to a mail server, by the standard library: TLS, headers, and what can go wrong in words."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.utils import format_datetime, formataddr
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain.errors import KnownError
from app.service.mail_words import one_line

STEP_SECONDS = 15
"""How long any one answer of the server may take."""

SENDER_NAME = "Touchstone"

_HOW = "Write it like smtp://user:password@mail.example.org:587?tls=starttls or smtps://user:password@mail.example.org."

_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP


class Tls(StrEnum):
    """How the way to the server is kept private."""

    NONE = "none"
    STARTTLS = "starttls"
    FROM_THE_START = "smtps"


class LetterRefused(Exception):
    """The server, or the address itself, refuses this e-mail; others may go. ``for_good``: not only for now."""

    def __init__(self, says: str, *, code: int = 0, for_good: bool = False) -> None:
        super().__init__(says)
        self.code = code
        self.for_good = for_good


class ServerTrouble(Exception):
    """Nothing can be sent for now: no server, no safe way to it, no sign-in, or it takes nothing from this sender."""

    def __init__(self, says: str, *, code: int = 0) -> None:
        super().__init__(says)
        self.code = code


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one person. ``thread``: letters with the same are shown together; may be empty."""

    id: str
    to_name: str
    to_address: str
    subject: str
    body: str
    written_at: datetime
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Mailer:
    """A mail server and how it is spoken to. ``authorities``: a file of certificates to trust beside the system's."""

    host: str
    port: int
    sender: str
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None

    @classmethod
    def from_url(cls, url: str, sender: str) -> Mailer:
        """From ``smtp://user:password@host:587?tls=starttls``, ``smtps://…`` or, on loopback only, without TLS.

        tls: ``starttls`` (what smtp:// means unless it goes to loopback) or ``none``. ca: see ``authorities``.
        sender: the address that e-mails come from. Raises KnownError for what cannot be, in words without the password.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname or "", parts.port
            options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        except ValueError as error:
            raise _wrong("The address of the mail server cannot be read.") from error
        if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/") or parts.fragment:
            raise _wrong("The address of the mail server cannot be read.")
        if set(options) - {"tls", "ca"}:
            raise _wrong("The address of the mail server has a part that is not known here.")
        tls = _tls(parts.scheme, options.get("tls", ""), _on_loopback(host))
        authorities = Path(options["ca"]) if "ca" in options else None
        if authorities is not None and not authorities.is_file():
            raise _wrong(f"There is no file {authorities} with certificates for the mail server.")
        if bool(parts.username) != bool(parts.password):
            raise _wrong("The mail server needs both a user and a password, or neither.")
        return cls(
            host=host,
            port=port or {Tls.FROM_THE_START: 465, Tls.STARTTLS: 587, Tls.NONE: 25}[tls],
            sender=sender_address(sender),
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            authorities=authorities,
        )

    @property
    def domain(self) -> str:
        """What stands behind the @ of the sender."""
        return self.sender.rpartition("@")[2]

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A line to the server, opened when the first letter is sent."""
        line = Line(self)
        try:
            yield line
        finally:
            line.hang_up()

    def message(self, letter: Letter) -> Message[str, Header | str]:
        """The letter as it travels. Raises LetterRefused for an address that cannot be written to."""
        try:
            reader = Address(addr_spec=letter.to_address).addr_spec
        except (ValueError, IndexError, MessageError) as error:
            raise LetterRefused("This is no address that e-mails can be sent to.", for_good=True) from error
        # The older of the library's two ways: the newer one loses spaces where it folds a long subject.
        message: Message[str, Header | str] = Message()
        message.set_payload(letter.body, _UTF8)
        message["From"] = formataddr((SENDER_NAME, self.sender))
        message["To"] = _named(one_line(letter.to_name), reader)
        message["Subject"] = _heading(one_line(letter.subject))
        message["Date"] = format_datetime(letter.written_at)
        # The same at every try, so that a reader who was sent it twice sees it once.
        message["Message-ID"] = f"<{letter.id}@{self.domain}>"
        if letter.thread:
            message["References"] = f"<claim-{letter.thread}@{self.domain}>"
        # So that neither absence notes nor mailing lists answer a machine.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        return message


def _heading(text: str) -> Header:
    # What looks encoded already would be taken for it.
    plain = text.isascii() and "=?" not in text
    return Header(text, "us-ascii" if plain else "utf-8", header_name="Subject")


def _named(name: str, address: str) -> Header | str:
    if name.isascii() and "=?" not in name:
        return formataddr((name, address))
    header = Header(name, "utf-8", header_name="To")
    header.append(f"<{address}>", "us-ascii")
    return header


class Line:
    """A line to the mail server; see ``Mailer.line``."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._server: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> None:
        """Hands the letter to the server. Raises LetterRefused, or ServerTrouble after which the line is dead."""
        message = self._mailer.message(letter)
        if self._server is None:
            self._server = _opened(self._mailer)
        try:
            self._server.send_message(message, self._mailer.sender, [letter.to_address])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            self._refused("The mail server does not take e-mails to this address", code, reply)
        except smtplib.SMTPDataError as error:
            self._refused("The mail server does not take this e-mail", error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            raise LetterRefused(
                "The mail server cannot write to an address with such letters.", for_good=True
            ) from error
        except smtplib.SMTPSenderRefused as error:
            raise ServerTrouble(
                _said("The mail server takes nothing from this sender", error.smtp_code, error.smtp_error),
                code=error.smtp_code,
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            self._server.close()
            self._server = None
            raise ServerTrouble(f"The mail server broke off: {_short(error)}") from error

    def hang_up(self) -> None:
        """Ends the line politely; a server that is gone already is no matter."""
        if self._server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._server.quit()
            self._server.close()
            self._server = None

    def _refused(self, says: str, code: int, reply: bytes | str) -> None:
        words = _said(says, code, reply)
        if code == 421:  # It closes the line with this, whatever it was asked (RFC 5321, 3.8).
            raise ServerTrouble(words, code=code)
        raise LetterRefused(words, code=code, for_good=500 <= code < 600)


def sender_address(text: str) -> str:
    """The address that e-mails come from. Raises KnownError for one that cannot be."""
    try:
        return Address(addr_spec=text.strip()).addr_spec if "@" in text and text.isascii() else _no_sender()
    except (ValueError, IndexError, MessageError):
        return _no_sender()


def _no_sender() -> str:
    raise KnownError(
        "mail_from_wrong",
        "E-mails need an address that they come from.",
        "Set TOUCHSTONE_MAIL_FROM to one such as touchstone@example.org.",
    )


def _wrong(says: str) -> KnownError:
    return KnownError("smtp_url_wrong", says, _HOW)


def _tls(scheme: str, wanted: str, on_loopback: bool) -> Tls:
    if scheme == "smtps":
        if wanted:
            raise _wrong(
                "With smtps:// the mail server speaks TLS from the start; no other way can be chosen."
            )
        return Tls.FROM_THE_START
    if wanted not in ("", Tls.STARTTLS.value, Tls.NONE.value):
        raise _wrong("The way to the mail server is made safe by tls=starttls or by smtps://.")
    if on_loopback:
        return Tls(wanted or Tls.NONE.value)
    if wanted == Tls.NONE.value:
        raise KnownError(
            "smtp_needs_tls",
            "E-mails leave this computer over TLS only.",
            "Use tls=starttls or smtps://, or a mail server on this computer.",
        )
    return Tls.STARTTLS


def _on_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _opened(mailer: Mailer) -> smtplib.SMTP:
    """A connection that is ready to take e-mails. Raises ServerTrouble."""
    server: smtplib.SMTP | None = None
    try:
        context = _tls_context(mailer)
        if mailer.tls is Tls.FROM_THE_START:
            server = smtplib.SMTP_SSL(
                mailer.host, mailer.port, mailer.domain, timeout=STEP_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(mailer.host, mailer.port, mailer.domain, timeout=STEP_SECONDS)
            if mailer.tls is Tls.STARTTLS:
                # Where the server does not offer it this raises: nothing goes on in the clear.
                server.starttls(context=context)
        if mailer.user:
            server.login(mailer.user, mailer.password)
    except (smtplib.SMTPException, OSError) as error:
        if server is not None:
            server.close()
        raise _trouble(error) from error
    return server


def _tls_context(mailer: Mailer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if mailer.authorities is not None:
        context.load_verify_locations(mailer.authorities)
    return context


def _trouble(error: smtplib.SMTPException | OSError) -> ServerTrouble:
    match error:
        case smtplib.SMTPAuthenticationError():
            # Not the server's own words: some repeat what they were given.
            return ServerTrouble("The mail server refuses the user or password.", code=error.smtp_code)
        case smtplib.SMTPResponseException():
            says = "The mail server does not take anything"
            return ServerTrouble(_said(says, error.smtp_code, error.smtp_error), code=error.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return ServerTrouble("The mail server offers no TLS, or no way to sign in over it.")
        case ssl.SSLError():
            return ServerTrouble(f"The way to the mail server is not safe: {_short(error)}")
        case _:
            return ServerTrouble(f"The mail server cannot be reached: {_short(error)}")


def _said(says: str, code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{says}: {code} {one_line(words)[:300]}".rstrip()


def _short(error: BaseException) -> str:
    return f"{type(error).__name__} {one_line(str(error))[:300]}".rstrip()
