"""What goes wrong in ordinary use: one plain sentence each, and the work is kept."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from app.cli.house import LocalService
from app.domain.errors import KnownError
from app.domain.moderation import Decision
from app.workspace.desk import Desk
from app.workspace.entrance import sign_in
from app.workspace.snapshots import JudgementDraft, Reach
from tests.conftest import REPOSITORY
from tests.journeys.conftest import MORGAN, SignsIn
from tests.service.ground import PASSWORD
from tests.support.desks import (
    MODERATOR,
    SignedIn,
    desk_with_requests,
    keys_of,
    make_profile,
    one_request,
    open_desk,
)
from tests.support.keys import FileKeys


def plain(error: KnownError) -> None:
    """One sentence for a person: begins with a capital, ends with a full stop, no code words or traces."""
    for sentence in filter(None, (error.says, error.do)):
        assert re.match(r"[A-Z“]", sentence)
        assert sentence.rstrip("”").endswith((".", "?"))
        assert not re.search(r"Error|Exception|Traceback|None|errno|\{|\}", sentence)


def first_sample(desk: Desk) -> tuple[str, str]:
    row = next(row for row in desk.work() if row.state_words == "In moderation")
    sheet = next(s for s in desk.request(row.request_id).samples if s.judgement is None)
    return row.request_id, sheet.sample.id


def test_M01_wrong_password(service: LocalService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path / "laptop"))
    keys = FileKeys(tmp_path / "keys.json")
    with pytest.raises(KnownError) as unknown:
        sign_in(service.url, "nobody@people.invalid", PASSWORD, keys=keys)
    with pytest.raises(KnownError) as wrong:
        sign_in(service.url, MORGAN, "guess", keys=keys)
    plain(wrong.value)
    # The answer does not tell whether the account exists.
    assert wrong.value.says == unknown.value.says
    with pytest.raises(KnownError) as portal:
        sign_in(service.url, "P123456", PASSWORD, keys=keys)
    plain(portal.value)
    assert portal.value.code == "login_not_email"


def test_service_down_is_normal_and_work_goes_on(service: LocalService, signs_in: SignsIn) -> None:
    desk = signs_in()
    desk.sync(lambda _: None)
    service.stop()
    request_id, sample_id = first_sample(desk)
    desk.record_judgement(request_id, sample_id, Decision.AGREED, "", [])
    with pytest.raises(KnownError) as error:
        desk.sync(lambda _: None)
    plain(error.value)
    assert (desk.status().reach, desk.status().queued, desk.status().trouble) == (Reach.OFFLINE, 1, "")
    service.start()
    desk.sync(lambda _: None)
    assert desk.status().queued == 0


def test_service_down_at_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    with pytest.raises(KnownError) as error:
        sign_in("http://127.0.0.1:9", MORGAN, PASSWORD, keys=FileKeys(tmp_path / "keys.json"))
    plain(error.value)
    assert error.value.code == "service_unreachable"


def test_an_address_without_encryption_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOUCHSTONE_HOME", str(tmp_path))
    with pytest.raises(KnownError) as error:
        sign_in("http://touchstone.invalid", MORGAN, PASSWORD, keys=FileKeys(tmp_path / "keys.json"))
    plain(error.value)


@contextmanager
def service_of_tomorrow() -> Iterator[str]:
    """Something on loopback that speaks only a protocol of the future: the far side of the network, faked."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hello = {"protocol_min": 7, "protocol_max": 9, "schema": 9, "epoch": "e", "durable_seq": 0,
                     "push_acts": 200, "push_bytes": 1000, "server_time": "2030-01-01T00:00:00+00:00"}  # fmt: skip
            tokens = {"access": "a", "expires_in": 60, "refresh": "r", "person_id": MODERATOR.id,
                      "person_name": MODERATOR.name, "email": MODERATOR.email,
                      "grants": [{"role": "moderator"}]}  # fmt: skip
            told: dict[str, object] = hello
            status = 200
            if "auth" in self.path:
                told = tokens
            elif "push" in self.path:
                acts = json.loads(asked)["acts"]
                told = {"outcomes": [{"act_id": act["act_id"], "outcome": "applied"} for act in acts]}
            elif "hello" not in self.path:
                told, status = {"code": "gone", "says": "Gone.", "do": ""}, 410
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing to say."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_service_of_a_newer_protocol(tmp_path: Path) -> None:
    with service_of_tomorrow() as url:
        items, files = one_request()
        profile = make_profile(tmp_path / "laptop", items, files, SignedIn(service_url=url))
        keys = keys_of(tmp_path / "laptop")
        told = json.loads((profile / "profile.json").read_text())
        keys.put(told["id"], "refresh-token", "r")
        desk = open_desk(profile)
        try:
            desk.record_judgement("request-1", "request-1/sample-1", Decision.AGREED, "", [])
            with pytest.raises(KnownError) as error:
                desk.sync(lambda _: None)
            plain(error.value)
            assert error.value.code == "service_newer"
            assert desk.status().trouble
            # An older client may always push: what was recorded is not stuck behind the update.
            assert desk.status().queued == 0
            assert desk.request("request-1").samples[0].judgement is not None
        finally:
            desk.close()


def test_full_disk_keeps_what_was_saved_and_says_so(tmp_path: Path) -> None:
    """A real disk of 2 MB that fills up, mounted for one process alone."""
    items, _ = one_request(samples=1)
    profile = make_profile(tmp_path / "laptop", items)
    disk = tmp_path / "disk"
    disk.mkdir()
    ways = (["unshare", "--user", "--map-root-user", "--mount"], ["unshare", "--mount"])
    apart = next(
        (
            way
            for way in ways
            if not subprocess.run([*way, "true"], capture_output=True, check=False).returncode
        ),
        None,
    )
    if apart is None:
        pytest.skip("this system lets nobody mount a small disk")
    done = subprocess.run(
        [*apart, sys.executable, "-m", "tests.support.full_disk_child", str(profile), str(disk)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["code"] == "disk_full"
    plain(KnownError(told["code"], told["says"], told["do"]))
    assert told["kept"] == "all"


def test_a_locked_file_is_said_in_words_and_the_text_stays(tmp_path: Path) -> None:
    items, _ = one_request(samples=1)
    profile = make_profile(tmp_path / "laptop", items)
    desk = open_desk(profile)
    locker = subprocess.Popen(
        [sys.executable, "-m", "tests.support.locking_child", str(profile)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert locker.stdin is not None
    assert locker.stdout is not None
    try:
        assert locker.stdout.readline() == b"locked\n"
        with pytest.raises(KnownError) as error:
            desk.save_draft("request-1", "request-1/sample-1", JudgementDraft(rationale="Wanted"))
        plain(error.value)
        assert error.value.code == "work_locked"
    finally:
        locker.stdin.close()
        locker.wait()
        locker.stdout.close()
    desk.save_draft("request-1", "request-1/sample-1", JudgementDraft(rationale="Wanted"))
    desk.close()


def test_a_broken_file_of_evidence(tmp_path: Path) -> None:
    desk = desk_with_requests(tmp_path / "laptop", evidence=[("broken.pdf", b"%PDF-1.7 and then nothing")])
    try:
        item = desk.request("request-1").samples[0].evidence[0]
        with pytest.raises(KnownError) as error:
            desk.evidence.open("request-1", item.evidence.id)
        plain(error.value)
        desk.record_judgement("request-1", "request-1/sample-1", Decision.AGREED, "", [])
    finally:
        desk.close()


def test_a_cache_that_is_damaged_is_set_aside_and_the_work_is_kept(tmp_path: Path) -> None:
    items, _ = one_request(samples=2)
    profile = make_profile(tmp_path / "laptop", items)
    desk = open_desk(profile)
    desk.record_judgement("request-1", "request-1/sample-1", Decision.AGREED, "", [])
    desk.close()
    (profile / "cache.db").write_bytes(b"nonsense" * 1000)
    desk = open_desk(profile)
    try:
        assert desk.work() == ()
        assert desk.status().queued == 1
        # Said until the next sync mends it, and not forgotten because that cannot be now.
        assert "damaged" in desk.status().trouble
        with pytest.raises(KnownError):
            desk.sync(lambda _: None)
        assert desk.status().trouble
    finally:
        desk.close()
    assert list(profile.glob("cache-set-aside-*.db"))


def test_a_lost_key_never_recreates_the_databases(tmp_path: Path) -> None:
    items, _ = one_request(samples=1)
    profile = make_profile(tmp_path / "laptop", items)
    before = (profile / "work.db").read_bytes()
    (tmp_path / "laptop" / "keys.json").unlink()
    with pytest.raises(KnownError) as error:
        open_desk(profile)
    plain(error.value)
    assert (profile / "work.db").read_bytes() == before


def test_both_databases_are_unreadable_without_their_key(tmp_path: Path) -> None:
    items, _ = one_request(samples=1)
    profile = make_profile(tmp_path / "laptop", items)
    for name in ("work.db", "cache.db"):
        connection = sqlite3.connect(profile / name)
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute("SELECT * FROM sqlite_master").fetchall()
        connection.close()
        assert b"Larkfield" not in (profile / name).read_bytes()
