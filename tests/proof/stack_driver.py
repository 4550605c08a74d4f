"""The real stack: a service on PostgreSQL in its own process, a laptop's program in another, and both in danger."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import func, select

from app.domain.errors import KnownError
from app.models.profile import create_profile
from app.service import tables as t
from app.service.database import reading
from app.sync import keep_tokens, sign_in_at
from app.workspace.desk import Desk
from app.workspace.entrance import enter
from tests.proof.stack_client import SafeKeys, live, serve
from tests.service.ground import PASSWORD, House
from tests.support.forking import processes

MORGAN = "morgan@people.invalid"
PATIENCE = 60.0
"""Seconds after which a process that says nothing counts as hanging; no test waits that long when all is well."""


class Service:
    """The service as it is started by an operator; killed and started again on the same port."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._port = 0
        self._process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when it answers."""
        if self._process is not None:
            return
        ours, theirs = processes().Pipe(duplex=False)
        house = self._house
        options = [
            "--port",
            str(self._port),
            "--database-url",
            house.database_url,
            "--files-url",
            house.files_url,
        ]
        self._process = processes().Process(target=serve, args=(options, theirs))
        self._process.start()
        theirs.close()
        with os.fdopen(os.dup(ours.fileno()), encoding="utf-8") as said:
            line = said.readline()
        ours.close()
        assert line.startswith("Touchstone service listens on"), line
        self._port = int(line.rsplit(":", 1)[1])

    def signal(self, number: int) -> None:
        if self._process is not None:
            _signal(self._process, number)

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _signal(process, signal.SIGKILL)
            process.join(PATIENCE)
            process.close()


class Client:
    """One life of the laptop's program, and all that it told."""

    def __init__(self, process: ForkServerProcess, told: Connection) -> None:
        self._process = process
        self._told = told
        self.lines: list[str] = []

    def listen(self, seconds: float) -> bool:
        """Waits for the next line, at most so long; False when there is none, or never will be."""
        if not self._told.poll(seconds):
            return False
        try:
            self.lines.append(self._told.recv())
        except EOFError:
            return False
        return True

    def signal(self, number: int) -> None:
        _signal(self._process, number)

    def end(self) -> int | None:
        """Hears it out and waits for its end; its exit code."""
        while self.listen(PATIENCE):
            pass
        self._process.join(PATIENCE)
        code = self._process.exitcode
        self._process.close()
        self._told.close()
        return code


@dataclass
class Report:
    """What became of one seed. wrong: empty when all is well."""

    seed: int
    wrong: list[str] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    acts: int = 0


class Stack:
    """Plays seeds one after the other; the service and its database go on from one to the next."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.service = Service(house)
        self._folder = folder

    def close(self) -> None:
        self.service.kill()

    def play(self, seed: int) -> Report:
        """Some lives of one laptop in which either side is killed or stopped, then peace; and whether all is well."""
        chance, report = random.Random(seed), Report(seed)
        self.service.start()
        folder = self._new_laptop(seed)
        safe: dict[str, None] = {}
        for number in range(chance.randint(1, 2)):
            event = chance.choice(EVENTS)
            lines = self._life(folder, f"{seed} {number}", event, chance, report)
            safe |= dict.fromkeys(line.split()[1] for line in lines if line.startswith("recorded "))
            report.events[event] += 1
        self.service.start()
        report.acts = len(safe)
        self._at_peace(folder, list(safe), report)
        return report

    def _new_laptop(self, seed: int) -> Path:
        folder = self._folder / f"laptop-{seed}"
        folder.mkdir()
        keys = SafeKeys(folder / "keys.json")
        answer = sign_in_at(self.service.url, MORGAN, PASSWORD)
        profile = create_profile(answer, demo=False, folder=folder / "profile")
        keep_tokens(profile, keys, answer)
        desk = enter(profile.folder, keys=keys)
        desk.sync(lambda changes: None)
        desk.close()
        return profile.folder

    def _life(
        self, folder: Path, seed: str, event: str, chance: random.Random, report: Report
    ) -> Sequence[str]:
        ours, theirs = processes().Pipe(duplex=False)
        process = processes().Process(target=live, args=(folder, seed, theirs))
        process.start()
        theirs.close()
        client = Client(process, ours)
        # The moment is so many lines away, and then a little later, or at the next line if that comes first.
        for _ in range(chance.randint(1, 12)):
            if not client.listen(PATIENCE):
                break
        client.listen(chance.random() * 0.03)
        match event:
            case "client killed":
                client.signal(signal.SIGKILL)
            case "service killed":
                self.service.kill()
            case "client stopped, service killed":
                client.signal(signal.SIGSTOP)
                self.service.kill()
                if chance.random() < 0.5:
                    self.service.start()
                client.signal(signal.SIGCONT)
            case "service stopped":
                self.service.signal(signal.SIGSTOP)
                for _ in range(chance.randint(1, 4)):
                    client.listen(0.05)
                self.service.signal(signal.SIGCONT)
            case "service stopped, client killed":
                self.service.signal(signal.SIGSTOP)
                client.listen(0.05)
                client.signal(signal.SIGKILL)
                self.service.signal(signal.SIGCONT)
        code = client.end()
        if code not in (0, -signal.SIGKILL):
            report.wrong.append(f"the program ended with {code} after {client.lines[-3:]}")
        return client.lines

    def _at_peace(self, folder: Path, safe: list[str], report: Report) -> None:
        """Nobody is killed any more: everything arrives, once, and the cache is what the service says."""
        desk = enter(folder, keys=SafeKeys(folder.parent / "keys.json"))
        try:
            for _ in range(4):
                _sync(desk)
                if not desk._work.counts().waiting:
                    break
            self._check(desk, safe, report)
        finally:
            desk.close()

    def _check(self, desk: Desk, safe: list[str], report: Report) -> None:
        entries = {entry.act_id: entry for entry in desk._work.entries()}
        report.wrong += [f"{act_id} was safe and is gone" for act_id in safe if act_id not in entries]
        report.wrong += [
            f"{key} still waits" for key, entry in entries.items() if entry.state in ("queued", "sending")
        ]
        with reading(self.house.engine) as connection:
            for table, column in ((t.received_acts, "act_id"), (t.notes, "id"), (t.judgements, "id")):
                mine = table.c[column].in_(list(entries))
                counted = dict(
                    connection.execute(
                        select(table.c[column], func.count()).where(mine).group_by(table.c[column])
                    ).all()
                )
                report.wrong += [
                    f"{table.name} has {key} {count} times" for key, count in counted.items() if count > 1
                ]
                kinds = {"notes": "AddNote", "judgements": "RecordJudgement"}
                for key, entry in entries.items():
                    due = table is t.received_acts or (
                        entry.kind == kinds[table.name] and entry.state in ("applied", "held")
                    )
                    if due and key not in counted:
                        report.wrong.append(f"{table.name} does not have {key}, which is {entry.state}")
        fresh = self.house.device("morgan")
        fresh.pull()
        service = {(root, kind, key): rev for (root, kind, key), (rev, _) in fresh.content().items()}
        with desk._cache._database.read() as connection:
            rows = connection.exec_driver_sql("SELECT root, kind, id, rev FROM records").all()
        held = {(root, kind, key): rev for root, kind, key, rev in rows}
        report.wrong += [f"differs: {key}" for key in sorted(held.items() ^ service.items())[:5]]


EVENTS = (
    "client killed",
    "client killed",
    "client killed",
    "service stopped",
    "service stopped, client killed",
    "service killed",
    "client stopped, service killed",
)


def _sync(desk: Desk) -> None:
    try:
        desk.sync(lambda changes: None)
    except KnownError as error:
        if error.code != "sign_in_again":
            raise
        # The sign-in was renewed, and the answer lost with the kill.
        desk.sign_in_again(PASSWORD)
        desk.sync(lambda changes: None)


def _signal(process: ForkServerProcess, number: int) -> None:
    assert process.pid is not None
    # It may have come to its end by itself.
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)


def as_json(reports: Sequence[Report]) -> str:
    """The counts of a run, to be printed."""
    events: Counter[str] = Counter()
    for report in reports:
        events += report.events
    wrong = sum(bool(report.wrong) for report in reports)
    return json.dumps(
        {"seeds": len(reports), "acts": sum(r.acts for r in reports), "events": events, "wrong": wrong}
    )
