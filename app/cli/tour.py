"""`touchstone tour`: the main job done without a person, through the windows a person uses, with pictures."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.system import advice, missing_packages
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from app.cli.tour_hands import Hands

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


@dataclass
class Log:
    """What the tour did, step by step; becomes ``tour.json``."""

    out: Path
    steps: list[Step] = field(default_factory=list)
    recorded: int = 0
    applied: int = 0
    lost: int = 0
    report_pdf: str = ""
    trouble: str = ""

    @property
    def ok(self) -> bool:
        return (
            bool(self.steps)
            and all(step.ok for step in self.steps)
            and self.lost == 0
            and self.recorded > 0
            and self.recorded == self.applied
            and not self.trouble
        )

    def write(self) -> Path:
        path = self.out / "tour.json"
        told: dict[str, Any] = {
            "ok": self.ok,
            "steps": [step.as_json() for step in self.steps],
            "acts": {"recorded": self.recorded, "applied": self.applied, "lost": self.lost},
            "report_pdf": self.report_pdf,
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
    print(f"Tour {'went well' if log.ok else 'failed'}: {len(log.steps)} steps, "
          f"{log.recorded} acts recorded, {log.applied} applied, {log.lost} lost.")  # fmt: skip
    if log.trouble:
        print(log.trouble, file=sys.stderr)
    print(f"Steps and times: {where}")
    print(f"Screenshots:     {log.out}/*.png")
    print(f"Report:          {log.report_pdf or 'none'}")
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


def _walk(log: Log, home: Path, theme: str) -> None:
    from app.cli.demo import prepared_service
    from app.cli.tour_hands import Hands

    def step(name: str, do: Callable[[], object], *, shoot: bool = True) -> None:
        began = time.perf_counter()
        try:
            do()
        except AssertionError as error:
            log.trouble = f"{name}: {error}"
            log.steps.append(
                Step(name, False, time.perf_counter() - began, hands.shoot(name) if shoot else "")
            )
            raise KnownError("tour_step_failed", f"The step “{name}” failed: {error}") from error
        seconds = time.perf_counter() - began
        log.steps.append(Step(name, True, seconds, hands.shoot(name) if shoot else ""))

    began = time.perf_counter()
    with prepared_service(home) as (service, email, password):
        log.steps.append(Step("service up", True, time.perf_counter() - began))
        hands = Hands(log.out, theme)
        try:
            _visit(step, hands, service, email, password, log)
        finally:
            hands.leave()


def _visit(
    step: Callable[..., None], hands: Hands, service: Any, email: str, password: str, log: Log
) -> None:
    step("sign-in page", hands.show_sign_in)
    step("sign-in refused", lambda: hands.sign_in(service.url, email, "not the password", refused=True))
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
        log.recorded, log.applied, log.lost = hands.compare_with_service(service, email, password)
        assert log.lost == 0, f"{log.lost} acts were lost"
        assert log.applied == log.recorded, f"{log.recorded - log.applied} acts were not applied"

    step("service's own answer compared", compare, shoot=False)
