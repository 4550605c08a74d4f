"""Speaking to a mail server: its address, TLS, headers, and every way in which it may refuse."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.generator import BytesGenerator
from email.policy import default
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import KnownError
from app.service.smtp import Letter, LetterRefused, Mailer, ServerTrouble, Tls
from tests.service.mail_server import (
    PASSWORD,
    SENDER,
    USER,
    Certificate,
    MailServer,
    mail_server,
    rude_server,
    throw_away_certificate,
)

LETTER = Letter(
    id="letter-1",
    to_name="Jo Bloggs",
    to_address="jo@people.invalid",
    subject="Claim submitted: MR-1",
    body="The claim MR-1 – “Zoë’s” – has been submitted.\n.\nEnd.\n",
    written_at=datetime(2026, 3, 10, 10, 0, tzinfo=UTC),
    thread="request-1",
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return throw_away_certificate(tmp_path)


def send(mailer: Mailer, *letters: Letter) -> None:
    with mailer.line() as line:
        for letter in letters:
            line.send(letter)


def mailer_of(server: MailServer) -> Mailer:
    return Mailer.from_url(server.url, SENDER)


def signed_in(scheme: str, server: MailServer, certificate: Certificate, password: str = PASSWORD) -> str:
    known = f"ca={quote(str(certificate.path))}"
    tls = "" if scheme == "smtps" else "tls=starttls&"
    return f"{scheme}://{USER}:{quote(password, safe='')}@localhost:{server.port}?{tls}{known}"


# -- what arrives ----------------------------------------------------------------------------------------------------


def test_a_letter_arrives_as_it_was_written(server: MailServer) -> None:
    send(mailer_of(server), LETTER)
    message = server.next()
    assert message.get_content().splitlines() == LETTER.body.splitlines()
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert message["Subject"] == LETTER.subject
    assert message["From"] == f"Touchstone <{SENDER}>"
    assert message["To"] == "Jo Bloggs <jo@people.invalid>"
    assert server.readers == ["jo@people.invalid"]


def test_its_headers_say_that_a_machine_wrote_it_and_when(server: MailServer) -> None:
    send(mailer_of(server), LETTER)
    message = server.next()
    assert message["Message-ID"] == "<letter-1@house.invalid>"
    assert message["References"] == "<claim-request-1@house.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == LETTER.written_at


def test_names_and_subjects_beyond_ascii_arrive_as_they_are(server: MailServer) -> None:
    send(mailer_of(server), replace(LETTER, to_name="Zoë Ångström, 山田", subject="Hålls: “MR-1” 山田 " * 8))
    message = server.next()
    assert message["To"].addresses[0].display_name == "Zoë Ångström, 山田"
    assert message["Subject"] == ("Hålls: “MR-1” 山田 " * 8).strip()


def test_what_looks_encoded_already_is_taken_as_it_was_typed(server: MailServer) -> None:
    typed = "=?utf-8?q?Somebody_else?="
    send(mailer_of(server), replace(LETTER, to_name=typed, subject=typed))
    message = server.next()
    assert (message["To"].addresses[0].display_name, message["Subject"]) == (typed, typed)


def test_several_letters_go_over_one_line(server: MailServer) -> None:
    send(mailer_of(server), *(replace(LETTER, id=f"letter-{n}") for n in range(3)))
    assert [message["Message-ID"] for message in server.all()] == [
        f"<letter-{n}@house.invalid>" for n in range(3)
    ]


@pytest.mark.parametrize(
    "broken", ["\r\nBcc: x@evil.invalid", "\nX: y", "\rX: y", "\u2028X: y", "\x85X: y", "\x0bX"]
)
def test_no_name_and_no_subject_brings_in_a_header(server: MailServer, broken: str) -> None:
    send(mailer_of(server), replace(LETTER, to_name=f"Jo{broken}", subject=f"A claim{broken}"))
    message = server.next()
    assert message["Bcc"] is None
    assert message["X"] is None
    assert server.readers == ["jo@people.invalid"]
    assert message["Subject"] == " ".join(f"A claim{broken}".split())


@given(name=st.text(max_size=60), subject=st.text(max_size=120), body=st.text(max_size=200))
def test_whatever_people_typed_adds_no_header_and_no_line(name: str, subject: str, body: str) -> None:
    plain = set(Mailer("localhost", 25, SENDER, Tls.NONE).message(LETTER).keys())
    message = Mailer("localhost", 25, SENDER, Tls.NONE).message(
        replace(LETTER, to_name=name, subject=subject, body=body.encode("utf-8", "ignore").decode())
    )
    travels = io.BytesIO()
    BytesGenerator(travels).flatten(message, linesep="\r\n")
    lines = travels.getvalue().split(b"\r\n\r\n")[0].split(b"\r\n")
    assert not [line for line in lines if b"\r" in line or b"\n" in line or not line.isascii()]
    assert {line.split(b":")[0].decode() for line in lines if not line.startswith((b" ", b"\t"))} == plain
    read = message_from_bytes(travels.getvalue(), policy=default)
    assert [address.addr_spec for address in read["To"].addresses] == [LETTER.to_address]


# -- TLS -------------------------------------------------------------------------------------------------------------


def test_starttls_with_sign_in(certificate: Certificate) -> None:
    with mail_server(starttls=certificate.server, signed_in=True) as server:
        send(Mailer.from_url(signed_in("smtp", server, certificate), SENDER), LETTER)
        server.next()
        assert server.over_tls == [True]


def test_tls_from_the_start_with_sign_in(certificate: Certificate) -> None:
    with mail_server(smtps=certificate.server, signed_in=True) as server:
        send(Mailer.from_url(signed_in("smtps", server, certificate), SENDER), LETTER)
        assert server.next()["Subject"] == LETTER.subject


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(scheme: str, certificate: Certificate) -> None:
    ways = {"starttls": certificate.server} if scheme == "smtp" else {"smtps": certificate.server}
    with mail_server(**ways) as server:
        mailer = replace(Mailer.from_url(signed_in(scheme, server, certificate), SENDER), authorities=None)
        with pytest.raises(ServerTrouble, match="not safe"):
            send(mailer, LETTER)
        assert server.all() == []


def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    certificate = throw_away_certificate(tmp_path, {"elsewhere.invalid": True})
    with mail_server(smtps=certificate.server) as server:
        with pytest.raises(ServerTrouble, match="not safe"):
            send(Mailer.from_url(signed_in("smtps", server, certificate), SENDER), LETTER)
        assert server.all() == []


def test_nothing_is_sent_where_the_server_offers_no_tls(server: MailServer, certificate: Certificate) -> None:
    with pytest.raises(ServerTrouble, match="offers no TLS"):
        send(Mailer.from_url(signed_in("smtp", server, certificate), SENDER), LETTER)
    assert server.all() == []


# -- refusals --------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_said_without_it(certificate: Certificate) -> None:
    with mail_server(starttls=certificate.server, signed_in=True) as server:
        mailer = Mailer.from_url(signed_in("smtp", server, certificate, "not this one"), SENDER)
        with pytest.raises(ServerTrouble) as trouble:
            send(mailer, LETTER)
    assert "user or password" in str(trouble.value)
    assert "not this one" not in str(trouble.value)
    assert "not this one" not in repr(mailer)


@pytest.mark.parametrize(
    ("answer", "for_good"), [("550 no such reader", True), ("450 later", False), ("452 full", False)]
)
def test_a_refused_reader_does_not_keep_others_from_their_letters(
    server: MailServer, answer: str, for_good: bool
) -> None:
    server.answers["jo@people.invalid"] = answer
    with mailer_of(server).line() as line:
        with pytest.raises(LetterRefused) as refusal:
            line.send(LETTER)
        line.send(replace(LETTER, to_address="other@people.invalid"))
    assert refusal.value.for_good is for_good
    assert answer in str(refusal.value)
    assert server.readers == ["other@people.invalid"]


@pytest.mark.parametrize(("answer", "for_good"), [("554 not this", True), ("451 later", False)])
def test_a_refused_text_is_known_to_be_for_now_or_for_good(
    server: MailServer, answer: str, for_good: bool
) -> None:
    server.answers[""] = answer
    with pytest.raises(LetterRefused) as refusal:
        send(mailer_of(server), LETTER)
    assert refusal.value.for_good is for_good


@pytest.mark.parametrize("where", ["", "jo@people.invalid"])
def test_a_server_that_closes_shop_is_trouble_for_all(server: MailServer, where: str) -> None:
    server.answers[where] = "421 closing"
    with pytest.raises(ServerTrouble, match="421 closing"):
        send(mailer_of(server), LETTER)


def test_a_server_that_drops_the_line_is_trouble(server: MailServer) -> None:
    server.drops = True
    with pytest.raises(ServerTrouble, match="broke off"):
        send(mailer_of(server), LETTER)


def test_a_server_that_is_not_there_is_trouble() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(ServerTrouble, match="cannot be reached"):
            send(Mailer.from_url(f"smtp://127.0.0.1:{nobody.getsockname()[1]}", SENDER), LETTER)


@pytest.mark.parametrize(
    "greeting", [b"554 go away\r\n", b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff\xfe\r\n"]
)
def test_whatever_else_answers_is_trouble_and_no_defect(greeting: bytes) -> None:
    with rude_server(lambda caller: caller.sendall(greeting)) as port, pytest.raises(ServerTrouble):
        send(Mailer.from_url(f"smtp://127.0.0.1:{port}", SENDER), LETTER)


def test_a_server_that_takes_nothing_from_the_sender_is_trouble_for_all() -> None:
    def talk(caller: socket.socket) -> None:
        with caller.makefile("rb") as lines:
            caller.sendall(b"220 here\r\n")
            for line in lines:
                verb = line[:4].upper()
                caller.sendall(
                    {b"EHLO": b"250 here\r\n", b"MAIL": b"550 not you\r\n"}.get(verb, b"250 OK\r\n")
                )
                if verb == b"QUIT":
                    return

    with (
        rude_server(talk) as port,
        pytest.raises(ServerTrouble, match="nothing from this sender: 550 not you"),
    ):
        send(Mailer.from_url(f"smtp://127.0.0.1:{port}", SENDER), LETTER)


@pytest.mark.parametrize(
    "address", ["nobody", "", "a@b@c", "two words@x.invalid", "a@x.invalid\r\nBcc: b@c.d", "a,b@c.d"]
)
def test_what_is_no_address_is_refused_for_good_and_never_sent(server: MailServer, address: str) -> None:
    with pytest.raises(LetterRefused) as refusal:
        send(mailer_of(server), replace(LETTER, to_address=address))
    assert refusal.value.for_good
    assert server.all() == []


# -- its address -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "tls", "port"),
    [
        ("smtp://mail.example.org", Tls.STARTTLS, 587),
        ("smtp://mail.example.org:2525?tls=starttls", Tls.STARTTLS, 2525),
        ("smtps://mail.example.org", Tls.FROM_THE_START, 465),
        ("smtp://127.0.0.1", Tls.NONE, 25),
        ("smtp://localhost:1025", Tls.NONE, 1025),
        ("smtp://[::1]:1025?tls=none", Tls.NONE, 1025),
        ("smtp://127.0.0.1?tls=starttls", Tls.STARTTLS, 587),
    ],
)
def test_an_address_says_how_the_server_is_spoken_to(url: str, tls: Tls, port: int) -> None:
    mailer = Mailer.from_url(url, SENDER)
    assert (mailer.tls, mailer.port) == (tls, port)


def test_user_and_password_may_have_any_letters() -> None:
    mailer = Mailer.from_url("smtps://jo%40house:p%40ss%3Aw%2Frd@mail.example.org", SENDER)
    assert (mailer.user, mailer.password) == ("jo@house", "p@ss:w/rd")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://host:notaport",
        "smtp://host:99999",
        "smtp://host/folder",
        "smtp://host?tls=maybe",
        "smtp://host?color=blue",
        "smtp://host?tls",
        "smtps://host?tls=none",
        "smtp://user@host",
        "smtp://host?ca=/nowhere/at/all.pem",
        "smtp://[::1",
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(url: str) -> None:
    with pytest.raises(KnownError) as refusal:
        Mailer.from_url(url, SENDER)
    assert refusal.value.code == "smtp_url_wrong"


@pytest.mark.parametrize("host", ["mail.example.org", "10.0.0.1", "localhost.example.org", "[2001:db8::1]"])
def test_nothing_leaves_this_computer_without_tls(host: str) -> None:
    with pytest.raises(KnownError) as refusal:
        Mailer.from_url(f"smtp://user:secret-word@{host}?tls=none", SENDER)
    assert refusal.value.code == "smtp_needs_tls"
    assert "secret-word" not in str(refusal.value) + refusal.value.details


@pytest.mark.parametrize("sender", ["", "nobody", "jö@house.invalid", "a@b\r\nX: y", "@house.invalid"])
def test_a_sender_that_cannot_be_is_refused_in_words(sender: str) -> None:
    with pytest.raises(KnownError) as refusal:
        Mailer.from_url("smtps://mail.example.org", sender)
    assert refusal.value.code == "mail_from_wrong"
