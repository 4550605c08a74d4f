"""Signing in: by keyboard alone, plain words beside the field they are about, and people known on this computer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.cli.demo import prepared_service
from app.domain.errors import KnownError
from app.models.profile import create_profile, known_profiles
from app.views.sign_in.again import SignInAgain
from app.views.sign_in.page import SignInPage, with_scheme
from app.views.tasks import runner
from app.workspace.desk import Desk
from app.workspace.entrance import sign_in
from tests.support.desks import NOWHERE, SignedIn, desk_with_requests
from tests.support.keys import FileKeys
from tests.views.windows import bring_up

Settled = Callable[[], None]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer nobody has signed in on yet."""
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Page:
    """The sign-in page in front, and what came of it."""

    def __init__(
        self,
        qtbot: QtBot,
        settled: Settled,
        error: KnownError | None = None,
        enter: Callable[[str, str, str], Desk] | None = None,
    ) -> None:
        self.page = SignInPage(error, enter)
        qtbot.addWidget(self.page)
        bring_up(qtbot, self.page, 900, 800)
        settled()
        self.page.entered()
        self.desks: list[Desk] = []
        self.page.signed_in.connect(self.desks.append)

    def field(self, name: str) -> QLineEdit:
        return self.page.findChild(QLineEdit, name)

    @property
    def button(self) -> QPushButton:
        return self.page.findChild(QPushButton, "signInButton")

    def words(self) -> list[str]:
        """Every sentence that can be seen."""
        return [
            label.text() for label in self.page.findChildren(QLabel) if label.isVisible() and label.text()
        ]

    def fill(self, email: str, password: str, service: str) -> None:
        self.field("signInEmail").setText(email)
        self.field("signInPassword").setText(password)
        self.field("signInService").setText(service)


@pytest.fixture
def page(qtbot: QtBot, settled: Settled) -> Page:
    return Page(qtbot, settled)


def keys(qtbot: QtBot, words: str) -> None:
    """Type into whatever has the focus."""
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClicks(focus, words)


def tab(qtbot: QtBot) -> QWidget:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Tab)
    now = QApplication.focusWidget()
    assert now is not None
    return now


def test_signing_in_needs_no_mouse(qtbot: QtBot, settled: Settled, tmp_path: Path) -> None:
    asked: list[tuple[str, str, str]] = []

    def enter(service: str, email: str, password: str) -> Desk:
        asked.append((service, email, password))
        return desk_with_requests(tmp_path / "desk")

    page = Page(qtbot, settled, enter=enter)
    keys(qtbot, "morgan@example.org")
    assert tab(qtbot) is page.field("signInPassword")
    keys(qtbot, "correct horse")
    assert isinstance(tab(qtbot), QToolButton)
    assert tab(qtbot) is page.field("signInService")
    keys(qtbot, "moderation.example.org")
    qtbot.keyClick(page.field("signInService"), Qt.Key.Key_Return)
    settled()
    assert asked == [("https://moderation.example.org", "morgan@example.org", "correct horse")]
    assert len(page.desks) == 1
    page.desks[0].close()


def test_empty_fields_are_named_and_the_caret_goes_to_the_first(page: Page, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    assert "Type the e-mail address of your account." in page.words()
    assert "Type your password." in page.words()
    assert "Type the address of the service." in page.words()
    assert QApplication.focusWidget() is page.field("signInEmail")
    assert runner().busy == 0


def test_M01_a_user_name_of_the_former_portal_is_refused_beside_the_field(
    page: Page, settled: Settled
) -> None:
    page.fill("partner-4711", "secret", NOWHERE)
    page.page.sign_in()
    settled()
    assert any("Sign in with the e-mail address of your account." in words for words in page.words())
    assert page.field("signInEmail").property("wrong") == "true"
    assert "e-mail address" in page.field("signInEmail").accessibleDescription()
    assert page.desks == []


def test_a_computer_without_a_keyring_is_told_before_a_password_travels(
    page: Page, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    page.fill("morgan@example.org", "secret", NOWHERE)
    page.page.sign_in()
    settled()
    # The service is out of reach as well; that was never tried.
    assert page.field("signInService").property("wrong") != "true"
    assert any("password" in words.lower() and "." in words for words in page.words())
    assert known_profiles() == ()


def test_a_service_out_of_reach_is_told_beside_its_address_and_everything_stays_typed(
    qtbot: QtBot, settled: Settled, tmp_path: Path
) -> None:
    page = Page(qtbot, settled, None, partial(sign_in, keys=FileKeys(tmp_path / "keys.json")))
    page.fill("morgan@example.org", "secret", NOWHERE)
    page.page.sign_in()
    settled()
    assert page.field("signInService").property("wrong") == "true"
    assert page.field("signInService").accessibleDescription()
    assert page.field("signInPassword").text() == "secret"
    assert page.button.isEnabled()


def test_an_error_goes_when_its_field_is_mended(page: Page, settled: Settled, qtbot: QtBot) -> None:
    page.fill("partner-4711", "secret", NOWHERE)
    page.page.sign_in()
    settled()
    page.field("signInEmail").clear()
    qtbot.keyClicks(page.field("signInEmail"), "m")
    assert page.field("signInEmail").property("wrong") == ""
    assert not any("Sign in with the e-mail" in words for words in page.words())


def test_wrong_password_then_right_one_against_a_real_service(
    qtbot: QtBot, settled: Settled, home: Path
) -> None:
    def enter(service: str, email: str, password: str) -> Desk:
        return sign_in(service, email, password, demo=True)

    with prepared_service(home) as (service, email, password):
        page = Page(qtbot, settled, enter=enter)
        page.fill(email, "not the password", service.url)
        page.page.sign_in()
        settled()
        assert any("do not belong together" in words for words in page.words())
        assert QApplication.focusWidget() is page.field("signInPassword")
        page.field("signInPassword").setText(password)
        page.page.sign_in()
        settled()
        assert [desk.person.email for desk in page.desks] == [email]
        page.desks[0].close()


def test_people_known_on_this_computer_are_one_press_away(qtbot: QtBot, settled: Settled) -> None:
    create_profile(SignedIn(), demo=False)
    page = Page(qtbot, settled)
    names = {button.accessibleName(): button for button in page.page.findChildren(QPushButton)}
    opens = names["Open the desk of Morgan Fairweather"]
    assert page.field("signInService").text() == NOWHERE
    # What was just added to a layout is shown a turn of the event loop later.
    qtbot.waitUntil(lambda: "morgan.fairweather@example.invalid" in page.words())
    assert opens.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_desk_that_cannot_be_opened_says_why_on_the_page(qtbot: QtBot, settled: Settled) -> None:
    error = KnownError("key_lost", "The key of your work is gone.", "Ask support.", details="keyring: none")
    page = Page(qtbot, settled, error)
    assert "The key of your work is gone. Ask support." in page.words()
    copy = next(b for b in page.page.findChildren(QPushButton) if b.text() == "Copy details")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert "keyring: none" in QApplication.clipboard().text()


def test_the_password_can_be_looked_at_and_is_hidden_again_when_sent(
    page: Page, qtbot: QtBot, settled: Settled
) -> None:
    eye = page.page.findChild(QToolButton, "signInPasswordShow")
    field = page.field("signInPassword")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert eye.accessibleName() == "Show the password"
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    assert eye.accessibleName() == "Hide the password"
    page.fill("morgan@example.org", "secret", NOWHERE)
    page.page.sign_in()
    assert field.echoMode() is QLineEdit.EchoMode.Password
    settled()


def test_a_cancelled_sign_in_leaves_no_desk_open(qtbot: QtBot, settled: Settled, tmp_path: Path) -> None:
    gate, begun = threading.Event(), threading.Event()
    opened: list[Desk] = []

    def enter(service: str, email: str, password: str) -> Desk:
        begun.set()
        gate.wait(20)
        opened.append(desk_with_requests(tmp_path / "desk"))
        return opened[0]

    page = Page(qtbot, settled, enter=enter)
    page.fill("morgan@example.org", "secret", NOWHERE)
    page.page.sign_in()
    assert not page.button.isEnabled()
    assert begun.wait(20)
    cancel = next(b for b in page.page.findChildren(QPushButton) if b.text() == "Cancel")
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert page.button.isEnabled()
    gate.set()
    settled()
    assert page.desks == []
    # The lock is free again only if the desk was closed.
    from tests.support.desks import open_desk

    open_desk(opened[0].profile.folder).close()


def test_M76_whom_to_ask_stands_on_the_page(page: Page) -> None:
    assert any("qualifications@managers.org.uk" in words for words in page.words())


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("moderation.example.org", "https://moderation.example.org"),
        ("https://moderation.example.org/", "https://moderation.example.org"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost"),
        ("http://moderation.example.org", "http://moderation.example.org"),
    ],
)
def test_an_address_needs_no_scheme(typed: str, address: str) -> None:
    assert with_scheme(typed) == address


class Again:
    """The dialog that asks for the password again."""

    def __init__(self, qtbot: QtBot, sign_in: Callable[[str], None]) -> None:
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        bring_up(qtbot, self.parent)
        self.dialog = SignInAgain(self.parent, "morgan@example.org", sign_in)
        self.dialog.open()
        qtbot.waitExposed(self.dialog)
        self.field = self.dialog.findChild(QLineEdit, "signInAgainPassword")


def test_signing_in_again_asks_only_for_the_password(qtbot: QtBot, settled: Settled) -> None:
    passwords: list[str] = []
    again = Again(qtbot, passwords.append)
    qtbot.keyClick(again.field, Qt.Key.Key_Return)
    assert passwords == []
    qtbot.keyClicks(again.field, "secret")
    qtbot.keyClick(again.field, Qt.Key.Key_Return)
    settled()
    assert passwords == ["secret"]
    assert again.dialog.result() == SignInAgain.DialogCode.Accepted


def test_a_wrong_password_can_be_typed_again(qtbot: QtBot, settled: Settled) -> None:
    def refuse(password: str) -> None:
        raise KnownError("wrong_password", "That is not it.", "Try again.")

    again = Again(qtbot, refuse)
    qtbot.keyClicks(again.field, "wrong")
    qtbot.keyClick(again.field, Qt.Key.Key_Return)
    settled()
    assert again.dialog.isVisible()
    assert "That is not it. Try again." in [label.text() for label in again.dialog.findChildren(QLabel)]
    assert again.field.selectedText() == "wrong"
    again.dialog.reject()
