"""`touchstone tour`: the main job done without a person, through the windows a person uses, with pictures."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.system import advice, missing_packages
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from app.cli.house import LocalService
    from app.cli.tour_hands import Hands
    from app.cli.tour_visit import VisitHands
    from app.cli.tour_window import AtTheWindow

LAPTOP = (1366, 768)
"""The screen the tour pretends to have, in device-independent pixels: a common laptop's."""


@dataclass
class Step:
    name: str
    ok: bool
    seconds: float
    screenshot: str = ""

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"name": self.name, "ok": self.ok, "seconds": round(self.seconds, 3)}
        if self.screenshot:
            told["screenshot"] = self.screenshot
        return told


@dataclass(frozen=True)
class Acts:
    """How many acts one person recorded, the service applied, and it does not know."""

    recorded: int = 0
    applied: int = 0
    lost: int = 0

    @property
    def whole(self) -> bool:
        return self.lost == 0 and 0 < self.recorded == self.applied

    def must_be_whole(self) -> None:
        """Raises AssertionError with what is missing at the service."""
        assert self.lost == 0, f"{self.lost} acts were lost"
        assert self.applied == self.recorded, f"{self.recorded - self.applied} acts were not applied"


@dataclass
class Log:
    """What the tour did, step by step; becomes ``tour.json``."""

    out: Path
    steps: list[Step] = field(default_factory=list)
    acts: Acts = Acts()
    report_pdf: str = ""
    visit_acts: Acts = Acts()
    visit_report_pdf: str = ""
    trouble: str = ""

    @property
    def ok(self) -> bool:
        return (
            bool(self.steps)
            and all(step.ok for step in self.steps)
            and self.acts.whole
            and self.visit_acts.whole
            and not self.trouble
        )

    def write(self) -> Path:
        path = self.out / "tour.json"
        told: dict[str, Any] = {
            "ok": self.ok,
            "steps": [step.as_json() for step in self.steps],
            "acts": asdict(self.acts),
            "report_pdf": self.report_pdf,
            "visit_acts": asdict(self.visit_acts),
            "visit_report_pdf": self.visit_report_pdf,
        }
        if self.trouble:
            told["trouble"] = self.trouble
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        return path


def run(out: Path, *, theme: str, scale: int) -> int:
    """Runs the tour into ``out``; 0 only if every step was right and no act was lost."""
    lacking = missing_packages(on_screen=False)
    if lacking:
        raise KnownError("libraries_missing", advice(lacking))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KnownError(
            "cannot_write", f"The folder {out} cannot be made.", "Choose another one.", details=str(error)
        ) from error
    log = Log(out.resolve())
    with tempfile.TemporaryDirectory(prefix="touchstone-tour-") as home:
        os.environ["TOUCHSTONE_HOME"] = home
        _pretend_screen(Path(home), scale)
        try:
            _walk(log, Path(home), theme)
        except KnownError as error:
            log.trouble = f"{error.says} {error.do}".strip()
    where = log.write()
    recorded, applied, lost = (
        getattr(log.acts, what) + getattr(log.visit_acts, what) for what in ("recorded", "applied", "lost")
    )
    print(f"Tour {'went well' if log.ok else 'failed'}: {len(log.steps)} steps, "
          f"{recorded} acts recorded, {applied} applied, {lost} lost.")  # fmt: skip
    if log.trouble:
        print(log.trouble, file=sys.stderr)
    print(f"Steps and times: {where}")
    print(f"Screenshots:     {log.out}/*.png")
    print(f"Report:          {log.report_pdf or 'none'}")
    print(f"Visit report:    {log.visit_report_pdf or 'none'}")
    return 0 if log.ok else 1


def _pretend_screen(home: Path, scale: int) -> None:
    """An offscreen laptop screen; must be said before Qt is loaded."""
    width, height = LAPTOP
    screen = {
        "name": "laptop",
        "x": 0,
        "y": 0,
        "width": width * scale // 100,
        "height": height * scale // 100,
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
        "dpr": 1,
    }
    path = home / "screen.json"
    path.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={path}"
    os.environ["QT_SCALE_FACTOR"] = f"{scale / 100:g}"


class _Walk:
    """Goes through the tour step by step, each with its time and its picture."""

    def __init__(self, log: Log, service: LocalService, password: str) -> None:
        self.log = log
        self.service = service
        self.password = password

    def step(self, hands: AtTheWindow, name: str, do: Callable[[], object], *, shoot: bool = True) -> None:
        """One step. Raises KnownError ``tour_step_failed`` when it is not as it should be; it is noted either way."""
        began = time.perf_counter()
        try:
            do()
        except AssertionError as error:
            self.log.trouble = f"{name}: {error}"
            seconds = time.perf_counter() - began
            self.log.steps.append(Step(name, False, seconds, hands.shoot(name) if shoot else ""))
            raise KnownError("tour_step_failed", f"The step “{name}” failed: {error}") from error
        seconds = time.perf_counter() - began
        self.log.steps.append(Step(name, True, seconds, hands.shoot(name) if shoot else ""))

    def moderate(self, hands: Hands, email: str) -> None:
        """A moderator's day: sign in, fetch, judge without a network, report, and send."""
        service, password, log = self.service, self.password, self.log

        def step(name: str, do: Callable[[], object], *, shoot: bool = True) -> None:
            self.step(hands, name, do, shoot=shoot)

        def wrong() -> None:
            hands.sign_in(service.url, email, "not the password", refused=True)

        step("sign-in page", hands.show_sign_in)
        step("sign-in refused", wrong)
        step("sign-in", lambda: hands.sign_in(service.url, email, password))
        step("first sync", hands.first_sync)
        step("files fetched", hands.fetch_files)
        step("service stopped", lambda: hands.go_offline(service.stop))
        step("request opened", hands.open_request)
        step("help", hands.look_at_help)
        step("palette", hands.look_at_palette)
        step("every kind of evidence opened", hands.open_every_kind)
        step("samples judged", hands.judge_every_sample)
        step("notes and actions shown", hands.look_at_judged)
        step("outbox offline", hands.look_at_outbox)
        step("report prepared", hands.prepare_report)

        def export() -> None:
            log.report_pdf = str(hands.submit_and_export())

        step("report exported", export)
        step("service up again", service.start, shoot=False)
        step("synced", hands.come_online)
        step("outbox after", hands.look_at_outbox)
        step("work list after", hands.look_at_work)

        def compare() -> None:
            log.acts = Acts(*hands.compare_with_service(service.url, email, password))
            log.acts.must_be_whole()

        step("service's own answer compared", compare, shoot=False)

    def visit(self, hands: VisitHands, email: str) -> None:
        """A reviewer's visit of the register-only centre, all of it without a network from arrival to PDF."""
        service, password, log = self.service, self.password, self.log

        def step(name: str, do: Callable[[], object], *, shoot: bool = True) -> None:
            self.step(hands, name, do, shoot=shoot)

        step("reviewer's sign-in page", hands.show_sign_in, shoot=False)
        step("reviewer's sign-in", lambda: hands.sign_in(service.url, email, password), shoot=False)
        step("visits list", hands.first_sync)
        step("engagement document", hands.open_and_fetch)
        step("service stopped before the visit", lambda: hands.go_offline(service.stop), shoot=False)
        step("arrival and meetings", hands.arrive)
        step("last year's action signed off", hands.look_at_last_year)
        step("photo noted", hands.take_photo)
        step("measures judged", hands.judge_every_measure)
        step("visit judged", hands.look_at_judged)
        step("departure", hands.depart)
        step("visit report prepared", hands.prepare_report)

        def export() -> None:
            log.visit_report_pdf = str(hands.submit_and_export())

        step("visit report exported", export)
        step("visit's outbox offline", hands.look_at_outbox)
        step("service up after the visit", service.start, shoot=False)
        step("visit synced", hands.come_online)
        step("visits list after", hands.look_at_visits)

        def compare() -> None:
            log.visit_acts = Acts(*hands.compare_with_service(service.url, email, password))
            log.visit_acts.must_be_whole()

        step("service's own answer about the visit compared", compare, shoot=False)


def _walk(log: Log, home: Path, theme: str) -> None:
    from app.cli.demo import people_of, prepared_service
    from app.cli.tour_hands import Hands
    from app.cli.tour_visit import VisitHands

    began = time.perf_counter()
    with prepared_service(home) as (service, email, password):
        log.steps.append(Step("service up", True, time.perf_counter() - began))
        walk = _Walk(log, service, password)
        hands = Hands(log.out, theme)
        try:
            walk.moderate(hands, email)
        finally:
            hands.leave()
        reviewer = VisitHands(log.out, theme, hands.shots)
        try:
            walk.visit(reviewer, people_of(home)["reviewer"])
        finally:
            reviewer.leave()
