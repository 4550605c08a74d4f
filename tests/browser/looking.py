"""What a person does at a window, and what axe and a ruler say about a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.service.ground import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
"""What WCAG 2.2 asks for at level AA, as axe names it."""

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_FOCUS = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return "";
  const label = it.labels && it.labels[0] ? it.labels[0].textContent : it.textContent;
  return (it.getAttribute("aria-label") || label || "").replace(/\\s+/g, " ").trim();
}"""


@dataclass
class Desk:
    """One window at the portal. Whatever the page's scripts complain about fails the test that looks at ``faults``."""

    page: Page
    address: str

    def __post_init__(self) -> None:
        self.faults: list[str] = []
        self.page.set_default_timeout(20_000)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on(
            "console",
            lambda told: self.faults.append(told.text) if "Content Security Policy" in told.text else None,
        )

    def go(self, path: str) -> Desk:
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.ok, (path, answer.status)
        return self

    def sign_in(self, email: str, path: str = "/") -> Desk:
        self.go(path)
        self.page.get_by_label("E-mail address of your account").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("button", name="Sign out").wait_for()
        return self

    def press(self, button: str, **options: Any) -> None:
        self.page.get_by_role("button", name=button, **options).click()

    @property
    def words(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    # -- the keyboard --------------------------------------------------------------------------------------------

    @property
    def focus(self) -> str:
        """The name of what has the focus."""
        return str(self.page.evaluate(_FOCUS))

    def tab_to(self, name: str, most: int = 120) -> None:
        """Presses Tab until something whose name begins so has the focus."""
        # A script that comes late may change what the keyboard has reached meanwhile.
        self.page.wait_for_load_state("load")
        seen = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            seen.append(self.focus)
            if seen[-1].startswith(name):
                return
        raise AssertionError(f"the keyboard does not reach {name!r}; it met {seen}")

    # -- looking -------------------------------------------------------------------------------------------------

    def violations(self) -> list[str]:
        """Everything on this page that breaks WCAG 2.2 AA, as far as axe can tell."""
        from axe_playwright_python.sync_playwright import Axe

        options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{rule['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
            for rule in found
            for node in rule["nodes"]
        ]

    @property
    def overflow(self) -> int:
        """Pixels by which the page is wider than the window: a table may scroll by itself, the page may not."""
        return int(self.page.evaluate(_OVERFLOW))
