"""A browser without a screen at the portal: it fills in the forms that a page really has, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from litestar.testing import TestClient
from sqlalchemy import select, update

from app.service import tables as t
from app.service.database import reading, transact
from tests.service.claims_ground import College
from tests.service.ground import PASSWORD, House


@dataclass
class PageForm:
    """One form of a page: where it goes, what stands in its fields, and its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a page says and offers."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.status: int = answer.status_code
        self.path: str = answer.url.path
        self.query: str = answer.url.query.decode()
        self.html: str = answer.text
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.labelled: set[str] = set()
        self.bare_fields: list[str] = []
        self.titles: list[str] = []
        self.words = ""
        self._form: PageForm | None = None
        self._select = ""
        self._option: tuple[str | None, bool] | None = None
        self._option_text = ""
        self._textarea = ""
        self._in_label = 0
        self._skip = 0
        self.feed(answer.text)
        self.words = re.sub(r"\s+", " ", self.words)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("id"):
            assert given["id"] not in self.ids, f"two things are called {given['id']}"
            self.ids.add(str(given["id"]))
        name = given.get("name") or ""
        match tag:
            case "a" if given.get("href"):
                self.links.append(str(given["href"]))
            case "form":
                self._form = PageForm(given.get("action") or "", given.get("method") or "get")
                self.forms.append(self._form)
            case "label":
                self._in_label += 1
                self.labelled.add(given.get("for") or "")
            case "script" | "style":
                self._skip += 1
            case "input" | "select" | "textarea":
                self._note_name(tag, given)
        if self._form is None:
            return
        match tag:
            case "input" if name and given.get("type") in ("checkbox", "radio"):
                if "checked" in given:
                    self._form.fields[name] = given.get("value") or "on"
            case "input" if name and given.get("type") != "file":
                self._form.fields[name] = given.get("value") or ""
            case "button" if name:
                self._form.buttons.append((name, given.get("value") or ""))
            case "select":
                self._select = name
                self._form.fields.setdefault(name, "")
            case "option":
                self._option = (given.get("value"), "selected" in given)
                self._option_text = ""
            case "textarea":
                self._textarea = name
                self._form.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._form = None
            case "select":
                self._select = ""
            case "textarea":
                self._textarea = ""
            case "label":
                self._in_label -= 1
            case "script" | "style":
                self._skip -= 1
            case "option" if self._option and self._form:
                value, chosen = self._option
                if chosen:
                    self._form.fields[self._select] = self._option_text.strip() if value is None else value
                self._option = None

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form:
            # A browser leaves out the first line end of a text field.
            started = self._form.fields[self._textarea]
            self._form.fields[self._textarea] = started + (data if started else data.removeprefix("\n"))
        if self._option:
            self._option_text += data
        if not self._skip:
            self.words += data + " "

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.html, re.DOTALL)
        return found[1] if found else ""

    def form(self, action: str) -> PageForm:
        """The form that is sent to this address, or to one that ends so."""
        (found,) = [form for form in self.forms if form.action.endswith(action)]
        return found

    def _note_name(self, tag: str, given: dict[str, str | None]) -> None:
        """Every field a person sees needs a name that is told aloud."""
        if given.get("type") in ("hidden", "submit"):
            return
        if not (given.get("aria-label") or self._in_label or given.get("id")):
            self.bare_fields.append(f"{tag} {given.get('name')}")
        elif given.get("id") and not given.get("aria-label") and not self._in_label:
            self.bare_fields.append(str(given["id"]))

    @property
    def unnamed(self) -> list[str]:
        """Fields without any label."""
        return [name for name in self.bare_fields if name not in self.labelled]


class Visit:
    """Somebody of a college at the portal."""

    def __init__(self, house: House, client: TestClient[Any]) -> None:
        self.house = house
        self.client = client

    def get(self, address: str) -> Page:
        return Page(self.client.get(address))

    def sign_in(self, email: str, page: Page | None = None) -> Page:
        form = (page or self.get("/")).form("/sign-in")
        return self.send(form, email=email, password=PASSWORD)

    def sign_in_again(self, email: str) -> Page:
        """As somebody else, or after the session ended."""
        self.client.cookies.clear()
        return self.sign_in(email)

    def send(
        self, form: PageForm, button: tuple[str, str] | None = None, files: Any = None, **typed: str
    ) -> Page:
        """Sends a form as it stands, with what is typed into its fields, by one of its buttons."""
        values = {**form.fields, **typed}
        if button is not None:
            assert button in form.buttons, f"there is no button {button} in {form.buttons}"
            values[button[0]] = button[1]
        if form.method == "get":
            return Page(self.client.get(form.action, params=values))
        return Page(self.client.post(form.action, data=values, files=files))


def give_password(house: House, college: College) -> None:
    """The college's staff sign in with the password of everybody here."""

    def give(connection: Any) -> None:
        known = connection.scalar(
            select(t.persons.c.password_hash).where(t.persons.c.id == house.person("staff").id)
        )
        connection.execute(
            update(t.persons).where(t.persons.c.id == college.staff.id).values(password_hash=known)
        )

    transact(house.engine, give)


def saved_lines(house: House, claim_id: str) -> list[dict[str, str]]:
    """The lines of a saved claim as the database has them."""
    with reading(house.engine) as connection:
        lines: list[dict[str, str]] = connection.scalar(
            select(t.saved_claims.c.lines).where(t.saved_claims.c.id == claim_id)
        )
    return lines


def board(college: College) -> str:
    """The address of the college's dashboard."""
    return f"/centres/{college.centre_id}"


def claim(college: College, request_id: str) -> str:
    """The address of a submitted claim."""
    return f"{board(college)}/claims/{request_id}"


def begin(visit: Visit, college: College) -> Page:
    page = visit.get(f"/centres/{college.centre_id}/claims/new")
    return visit.send(page.form("/claims/new"), ("do", "learners"), qualification=college.qualification_id)
