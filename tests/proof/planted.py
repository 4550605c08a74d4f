"""Deliberate faults, each with the proof that must notice it. This is how we know that the proof can fail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stories:
    """Stories of the simulation from seed ``first`` on, until one is violated by something that says ``words``;
    ``most``: so many must suffice.
    """

    words: str
    first: int = 1
    most: int = 60


@dataclass(frozen=True)
class Tests:
    """Tests by their ids, one of which must fail. ``only``: a choice among them by name."""

    ids: tuple[str, ...]
    only: str = ""


@dataclass(frozen=True)
class Planted:
    """One fault: in ``file`` the text ``before``, which stands there once, becomes ``after``."""

    name: str
    file: str
    before: str
    after: str
    proof: Stories | Tests


PLANTED = (
    Planted(
        "idempotency_row_forgotten",
        "app/service/batch.py",
        "            self._connection.execute(table.insert(), new)\n",
        "            pass\n",
        Stories("is now answered"),
    ),
    Planted(
        "cursor_written_before_the_page",
        "app/models/cache.py",
        "                done = apply_page(connection, page, now)\n",
        "                marks.put(connection, marks.CURSOR, page.cursor)\n"
        "            with self._database.write() as connection:\n"
        "                done = apply_page(connection, page, now)\n",
        Tests(("tests/models/test_pages.py",), "neither_records_nor_cursor"),
    ),
    Planted(
        "counter_drawn_early",
        "app/service/feed.py",
        "        self._write(connection, rows, scope)\n",
        "        lock_requests(connection, [row['root'] for row in rows])\n"
        "        self._write(connection, rows, scope)\n",
        Tests(("tests/service/test_feed_order.py",), "sqlite"),
    ),
    Planted(
        "leave_ignored",
        "app/models/pages.py",
        "                total.wiped.add(line.root)\n",
        '                if line.op == "enter":\n                    total.wiped.add(line.root)\n',
        Stories("still holds"),
    ),
    Planted(
        "nothing_offered_again_after_resync",
        "app/sync/engine.py",
        "            if self._work.offer_again():\n",
        "            if False:\n",
        Stories("believes", first=3),
    ),
    Planted(
        "signed_out_discards",
        "app/sync/pushing.py",
        "        except KnownError:\n            self._work.not_sent(ids)\n            raise\n",
        "        except KnownError:\n"
        "            self._take(ids, [OutcomeMessage(act_id=i, outcome='rejected', says='Signed out.') for i in ids])\n"
        "            raise\n",
        Stories("which the service never said", first=53),
    ),
    Planted(
        "seen_not_checked",
        "app/service/late_work.py",
        "        table = t.scope_log\n        for device_id in",
        "        return True\n        table = t.scope_log\n        for device_id in",
        Stories("who never held its request"),
    ),
    Planted(
        "work_from_before_a_leave_refused",
        "app/service/late_work.py",
        "            before = newest_first.where(table.c.n <= act.seen)\n",
        "            before = newest_first\n",
        Stories("is not assigned"),
    ),
    Planted(
        "timed_out_push_called_failed",
        "app/sync/pushing.py",
        "            if not error.maybe_received:\n",
        "            if True:\n",
        Stories("was undone, and it took effect", first=49),
    ),
    Planted(
        "sent_act_edited",
        "app/models/entries.py",
        "            payload=msgspec.Raw(self.payload),\n",
        '            payload=msgspec.Raw(self.payload.replace(b"Words", b"Word" if self.tries > 1 else b"Words")),\n',
        Stories("refused as payload_damaged"),
    ),
    Planted(
        "blocked_not_released",
        "app/sync/engine.py",
        "        if self._work.release_blocked() + unsure:\n",
        "        if unsure:\n",
        Tests(("tests/sync/test_engine.py",), "overtook"),
    ),
    Planted(
        "older_record_overwrites_newer",
        "app/models/pages.py",
        "WHERE excluded.generation > records.generation OR excluded.rev >= records.rev\n",
        "",
        Tests(("tests/models/test_pages.py",), "lower_rev"),
    ),
    Planted(
        "end_line_not_required",
        "app/sync/answers.py",
        '    if not lines or not lines[-1].end:\n        raise answer_incomplete("no end line")\n',
        "    if not lines or not lines[-1].end:\n"
        '        lines.append(FeedLine(end=True, count=len(lines), cursor="cut", seen=1))\n',
        Tests(("tests/sync/test_answers.py", "tests/sync/test_engine.py"), "not_whole or breaks_off"),
    ),
    Planted(
        "keys_kept_after_a_leave",
        "app/models/pages.py",
        "        connection.execute(delete(files).where(files.c.sha256 == sha256))\n",
        "",
        Tests(("tests/models/test_pages.py",), "leave"),
    ),
    Planted(
        "covered_too_early",
        "app/models/settling.py",
        "outbox.c.n <= min(seen, durable_seq))",
        "outbox.c.n <= max(seen, durable_seq))",
        Stories("believes"),
    ),
    Planted(
        "laptops_clock_used",
        "app/service/apply.py",
        "        issued_at=ledger.now,\n",
        "        issued_at=act.recorded_at,\n",
        Stories("not dated by the service"),
    ),
    Planted(
        "held_act_counted_as_nothing",
        "app/service/feed.py",
        "        self._took_acts = True\n",
        "        self._took_acts = False\n",
        Stories("believes", first=40),
    ),
    Planted(
        "rests_on_ignored",
        "app/service/batch.py",
        "            if other is None or other.outcome not in TAKEN:\n",
        "            if False:\n",
        Tests(("tests/service/test_push.py",), "rests and sqlite"),
    ),
    Planted(
        "same_id_with_other_content_applied",
        "app/service/batch.py",
        "            if not self._is_same(before, offer):\n",
        "            if False:\n",
        Tests(("tests/service/test_push.py",), "other_content and sqlite"),
    ),
    Planted(
        "comparison_ignored",
        "app/sync/comparing.py",
        "            return not last or abs(from_text(service_time) - from_text(last)) > EVERY\n",
        "            return False\n",
        Stories("invariant 3"),
    ),
    Planted(
        "opened_for_ever",
        "app/service/by_role.py",
        "            changes.leave(person_id, root, device_id)\n        changes.publish(connection)\n",
        "            pass\n        changes.publish(connection)\n",
        Tests(("tests/service/test_scope.py",), "thirty_days and sqlite"),
    ),
    Planted(
        "part_accepted_without_its_hash",
        "app/service/api/files.py",
        "    if digest.hexdigest() != sha256:\n",
        "    if False:\n",
        Tests(("tests/service/test_uploads.py",), "announced and sqlite"),
    ),
    Planted(
        "forgotten_before_it_is_covered",
        "app/models/settling.py",
        "        and_(outbox.c.state.in_(TAKEN), outbox.c.covered),\n",
        "        outbox.c.state.in_(TAKEN),\n",
        Tests(("tests/sync/test_later_life.py",), "covers"),
    ),
    Planted(
        "held_never_asked_again",
        "app/sync/engine.py",
        "        if self._offer_held() or self._lost:\n",
        "        if self._lost:\n",
        Tests(("tests/sync/test_later_life.py",), "offered_again_once"),
    ),
)
