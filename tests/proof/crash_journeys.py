"""The main journeys through the real workspace and stores, as a child process lives them, telling each step."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Pool, event

from app.domain.acts import AddNote
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome
from app.models.backup import back_up
from app.models.database import Database
from app.models.held import Page
from app.models.profile import create_profile, open_stores
from app.models.schema import WORK
from app.models.work import WorkStore
from app.vault.disk import disk_in_words
from app.vault.files import FileStore
from app.vault.keys import new_file_key
from app.wire.messages import FeedLine, OutcomeMessage
from app.workspace.desk import Desk
from app.workspace.snapshots import JudgementDraft, ReportDraft
from tests.models.made import act, judging, noting, reporting
from tests.proof.crash_facts import Facts, Laptop, facts_of
from tests.proof.crash_tracing import TOLD
from tests.support.desks import Clock, SignedIn, lines, one_request

T = TypeVar("T")
REFUSED = '"refused"'
"""What a told refusal contains: a lasting fault ends there, as when a person makes room."""

PHOTO = bytes(range(256)) * 4500
"""A file of a little more than one chunk of the vault."""

REQUEST = "request-1"


def sample(number: int) -> str:
    return f"{REQUEST}/sample-{number}"


class Steps:
    """What the child does, told step by step: when it begins, that it is done with all that then stands, or refused."""

    def __init__(self, look: Callable[[], Facts] = dict) -> None:
        self.look = look

    def take(self, name: str, call: Callable[[], T], *, atomic: bool = True) -> T:
        """One durable call. A refusal is told, and the call is made once more, as a person would."""
        self.tell(begin=name, atomic=atomic)
        try:
            result = call()
        except KnownError as error:
            self.tell(refused=error.code, says=error.says, do=error.do, step=name, facts=self.look())
            result = call()
        if isinstance(result, Desk):
            self.look = lambda: facts_of(result)
        self.tell(done=name, facts=self.look())
        return result

    def tell(self, **words: Any) -> None:
        os.write(TOLD, json.dumps(words).encode())


def live(journey: str, base: Path, before: Facts, *, less_sync: bool = False) -> None:
    """Lives a journey on a prepared laptop, in a child process of its own.

    less_sync: with SQLite's second-best care for the disk, so that the model of a power cut can be seen to fail.
    """
    if less_sync:
        event.listen(Pool, "checkout", lambda raw, *_: raw.execute("PRAGMA synchronous=NORMAL"))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, TOLD)
    steps = Steps(lambda: before)
    try:
        steps.tell(done="start", facts=before)
        JOURNEYS[journey].live(Laptop(base), steps)
    except BaseException:
        steps.tell(defect=traceback.format_exc())
        raise


# -- on a new computer --------------------------------------------------------------------------------------------


def _nothing(laptop: Laptop) -> None:
    laptop.disk.mkdir(parents=True)


def _first_time(laptop: Laptop, steps: Steps) -> None:
    def sign_in_and_enter() -> Desk:
        if not (laptop.profile / "profile.json").exists():
            create_profile(SignedIn(), demo=False, folder=laptop.profile)
        return laptop.enter()

    desk = steps.take("sign in and enter", sign_in_and_enter, atomic=False)
    steps.take("setting", lambda: desk.put_setting("columns", ["number", "due"]))
    steps.take("note", lambda: desk._work.add(act(1)))
    desk.close()


# -- recording ----------------------------------------------------------------------------------------------------


def _one_request(laptop: Laptop) -> None:
    profile = create_profile(SignedIn(), demo=False, folder=laptop.profile)
    stores = open_stores(profile, laptop.keys, clock=Clock())
    records, _ = one_request(samples=2)
    stores.cache.apply_page(Page(lines(records), cursor="cursor-1", seen=3, more=False))
    stores.close()


def _recording(laptop: Laptop, steps: Steps) -> None:
    desk = steps.take("enter", laptop.enter)
    draft = JudgementDraft(Decision.NOT_AGREED, "The criteria of outcome 2 are not met. " * 40, ("Re-mark.",))
    steps.take("draft", lambda: desk.save_draft(REQUEST, sample(1), draft))
    judge = desk.record_judgement
    steps.take("judge 1", lambda: judge(REQUEST, sample(1), Decision.NOT_AGREED, "Because.", ["Re-mark."]))
    steps.take("judge 2", lambda: judge(REQUEST, sample(2), Decision.AGREED, "", []))
    steps.take("note", lambda: desk.add_note(REQUEST, "", "Please see page 4."))
    last = desk._work.entries()[-2].act_id
    steps.take("take back", lambda: desk.take_back(last), atomic=False)
    steps.take("judge again", lambda: judge(REQUEST, sample(2), Decision.AGREED, "", []))
    steps.take("report draft", lambda: desk.save_report_draft(REQUEST, ReportDraft(Outcome.REJECTED, "So.")))
    steps.take("report", lambda: desk.submit_report(REQUEST))
    desk.close()


# -- with the service ---------------------------------------------------------------------------------------------


def _recorded(laptop: Laptop) -> None:
    _one_request(laptop)
    desk = laptop.enter()
    for number in (1, 2):
        desk.record_judgement(REQUEST, sample(number), Decision.AGREED, "", [])
        desk.add_note(REQUEST, sample(number), f"A word on {number}.")
    desk.close()


def _syncing(laptop: Laptop, steps: Steps) -> None:
    desk = steps.take("enter", laptop.enter)
    work, cache = desk._work, desk._cache
    records, _ = one_request(samples=3, evidence=[("work.txt", b"x")], id="request-2", number="MR-2050")
    ids = [entry.act_id for entry in work.entries()]

    def page(items: list[Any], seen: int, **changes: Any) -> Callable[[], object]:
        made = Page(items, cursor=f"cursor-{seen}", seen=seen, **({"more": False} | changes))
        return lambda: cache.apply_page(made)

    def answered(*, code: str = "", **words: str) -> list[OutcomeMessage]:
        return [OutcomeMessage(act_id=i, outcome=words.get(f"of{n}", "applied"), code=code, n=4 + n)
                for n, i in enumerate(ids)]  # fmt: skip

    enter = [FeedLine(op="enter", root="request-2")]
    steps.take("page", page(enter + lines(records[:2], 4), 5, more=True))
    steps.take("last page", page(lines(records[2:], 6), 12), atomic=False)
    batch = steps.take("sending", lambda: work.begin_sending(above=0, limit=3, max_bytes=1 << 20))
    steps.take("not sent", lambda: work.not_sent([entry.act_id for entry in batch]))
    steps.take("sending again", lambda: work.begin_sending(above=0, limit=9, max_bytes=1 << 20))
    steps.take("outcomes", lambda: work.record_outcomes(answered(of1="rejected", of2="conflict", of3="held")))
    steps.take("covered", lambda: work.release_covered(seen=12, durable_seq=4), atomic=False)
    steps.take("offered again", work.offer_again)
    steps.take("read anew", page(lines(records, 20), 30, fresh=True), atomic=False)
    steps.take("left", page([FeedLine(op="leave", root="request-2")], 31), atomic=False)
    desk.close()


# -- files --------------------------------------------------------------------------------------------------------


def _awaited(laptop: Laptop) -> None:
    profile = create_profile(SignedIn(), demo=False, folder=laptop.profile)
    stores = open_stores(profile, laptop.keys, clock=Clock())
    records, _ = one_request(samples=1, evidence=[("photo.jpg", PHOTO)])
    stores.cache.apply_page(Page(lines(records), cursor="cursor-1", seen=3, more=False))
    stores.close()


def _receiving(laptop: Laptop, steps: Steps) -> None:
    desk = steps.take("enter", laptop.enter)
    cache, store = desk._cache, FileStore(laptop.profile / "files")
    sha256 = hashlib.sha256(PHOTO).hexdigest()

    def receive() -> None:
        key = cache.reserve_file(sha256, len(PHOTO), new_file_key())
        with store.receive(sha256, len(PHOTO), key) as incoming:
            for place in range(0, len(PHOTO), 400_000):
                incoming.write(PHOTO[place : place + 400_000])
            incoming.complete()
        assert cache.file_arrived(sha256)

    def remove() -> None:
        for gone in cache.files_to_remove():
            store.remove(gone)
            cache.file_removed(gone)

    def remove_if_possible() -> None:
        # As the sync does: what cannot be removed now is removed the next time.
        with contextlib.suppress(OSError):
            remove()

    def remove_at_last() -> None:
        with disk_in_words():
            remove()

    left = Page([FeedLine(op="leave", root=REQUEST)], cursor="cursor-9", seen=9, more=False)
    steps.take("receive", receive)
    steps.take("left", lambda: cache.apply_page(left), atomic=False)
    steps.take("removed", remove_if_possible, atomic=False)
    steps.take("removed again", remove_at_last, atomic=False)
    assert not list(store.folder.glob("*.sealed"))
    desk.close()


def _photographing(laptop: Laptop, steps: Steps) -> None:
    """A photo is taken in, and the note that names it is recorded: from then on the photo must not be lost."""
    desk = steps.take("enter", laptop.enter)
    sync = desk._syncing._sync

    def take_in() -> AttachedFile:
        return sync.add_file(PHOTO, "photo.jpg", "image/jpeg", REQUEST, "act-70")

    photo = steps.take("take in", take_in, atomic=False)
    steps.take("note", lambda: desk._work.add(act(70, AddNote(REQUEST, "", "See the photo.", (photo,)))))
    desk.close()


# -- a new version, and copies ------------------------------------------------------------------------------------


def _older(laptop: Laptop) -> None:
    profile = create_profile(SignedIn(), demo=False, folder=laptop.profile)
    stores = open_stores(profile, laptop.keys, clock=Clock())
    _fill(stores.work)
    stores.close()
    # As the first version left it: what later ones added is not there yet.
    database = Database("work", laptop.profile / "work.db", laptop.key)
    with database.write() as connection:
        for statement in (
            "ALTER TABLE outbox DROP COLUMN seen_tag",
            "DROP TABLE uploads",
            "DROP TABLE set_aside",
            f"UPDATE alembic_version SET version_num = '{WORK.versions[0]}'",
        ):
            connection.exec_driver_sql(statement)
    database.close()


def _fill(work: WorkStore) -> None:
    for number in range(1, 16):
        deed = reporting(b"%PDF-1.7 " + bytes(9000)) if number == 9 else noting(f"note {number} " * 60)
        work.add(act(number, judging(rationale="Why. " * 90) if number % 3 == 0 and number != 9 else deed))
    work.save_draft("judgement/request-1/x", {"rationale": "typed " * 200})
    work.put("columns", ["number", "due"])
    work.begin_sending(above=0, limit=4, max_bytes=1 << 20)
    work.record_outcomes([OutcomeMessage(act_id="act-1", outcome="applied", n=5)])


def _migrating(laptop: Laptop, steps: Steps) -> None:
    desk = steps.take("enter", laptop.enter)
    steps.take("note", lambda: desk._work.add(act(50)))
    desk.close()


def _copied(laptop: Laptop) -> None:
    _one_request(laptop)
    desk = laptop.enter()
    _fill(desk._work)
    for _ in range(3):
        back_up(desk._work._database)
    desk.close()


def _copying(laptop: Laptop, steps: Steps) -> None:
    desk = steps.take("enter", laptop.enter)
    database = desk._work._database
    steps.take("note", lambda: desk._work.add(act(50)))
    steps.take("copy", lambda: back_up(database))
    steps.take("another note", lambda: desk._work.add(act(51)))
    desk.close()


# -- out of a damaged file ----------------------------------------------------------------------------------------


def _damaged(laptop: Laptop) -> None:
    """The last of the acts are in the file alone, the first in the copy as well; one page of the file is broken."""
    _copied(laptop)
    desk = laptop.enter()
    for number in range(60, 66):
        desk._work.add(act(number))
    desk.close()
    with (laptop.profile / "work.db").open("r+b") as file:
        file.seek(100)
        file.write(bytes(64))


def _salvaging(laptop: Laptop, steps: Steps) -> None:
    desk = steps.take("enter", laptop.enter)
    steps.take("note", lambda: desk._work.add(act(50)))
    desk.close()


@dataclass(frozen=True)
class Journey:
    prepare: Callable[[Laptop], None]
    live: Callable[[Laptop, Steps], None]


JOURNEYS = {
    "first time": Journey(_nothing, _first_time),
    "recording": Journey(_one_request, _recording),
    "syncing": Journey(_recorded, _syncing),
    "receiving": Journey(_awaited, _receiving),
    "photographing": Journey(_awaited, _photographing),
    "migrating": Journey(_older, _migrating),
    "copying": Journey(_copied, _copying),
    "salvaging": Journey(_damaged, _salvaging),
}


def copy_of(prepared: Path, base: Path) -> Laptop:
    """A laptop like the prepared one."""
    shutil.copytree(prepared, base)
    return Laptop(base)
