"""The protocol's invariants under any order of work, faults, restarts and lost days; each run can be replayed."""

from __future__ import annotations

import contextlib
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.errors import KnownError
from tests.support import records
from tests.sync.conftest import furnish
from tests.sync.device import Device
from tests.sync.network import Fault
from tests.sync.simulated import SimulatedService

ROOTS = ("request-1", "request-2")
ROUNDS = 4
"""Once faults stop, so many rounds are enough: one to notice a loss, one to give back, one to free, one spare."""

SETTLED = {"applied", "held", "conflict", "rejected", "blocked", "taken_back"}


def check_at_rest(device: Device, service: SimulatedService) -> None:
    """Lets faults stop, syncs the bounded number of rounds, and then holds the device to the protocol's promises."""
    device.network.faults.clear()
    for _ in range(ROUNDS):
        device.sync()
    states = device.states()
    # The queue ran empty, and every act is visible with its payload and answer (invariants 2 and 5).
    assert set(states.values()) <= SETTLED
    assert all(entry.payload for entry in device.work.entries())
    # What the device calls taken the service has: nothing acknowledged is lost (1).
    for act_id, state in states.items():
        if state in ("applied", "held"):
            assert service.data.received[act_id][1].outcome == state, act_id
    assert len(service.data.effects) == len(set(service.data.effects))
    # What was taken back has no effect: undo was offered only while nothing had been received.
    assert not {act_id for act_id, state in states.items() if state == "taken_back"} & set(
        service.data.effects
    )
    # The cache is the service's answer for this person's scope, to the byte, and nothing beside it (3, 4).
    assert device.held() == service.answer_for_person()
    # What still waits for another act waits for one that was not taken.
    for entry in device.work.entries(states=("blocked",)):
        assert any(
            states.get(other) not in ("applied", "held") for other in (*entry.rests_on, entry.after) if other
        )
    assert device.work.begin_sending(above=0, limit=1, max_bytes=1) == ()


def sign_off(device: Device, root: str) -> None:
    """A report that rests on every judgement of the request whose fate is not known yet."""
    waiting = [
        entry.act_id
        for entry in device.work.entries(states=("queued", "sending", "blocked"), request_id=root)
        if entry.kind == "RecordJudgement"
    ]
    device.report(root, tuple(waiting))


def take_back(device: Device, choice: int) -> None:
    queued = device.work.entries(states=("queued",))
    if queued:
        # A later act may rest on it: then it is refused in words.
        with contextlib.suppress(KnownError):
            device.work.take_back(queued[choice % len(queued)].act_id)


class Desk(RuleBasedStateMachine):
    """One person working, others changing things, the network failing, the service losing days."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()

    @initialize(seed=st.integers(0, 2**16), page_lines=st.integers(1, 9), push_acts=st.integers(1, 9))
    def begin(self, seed: int, page_lines: int, push_acts: int) -> None:
        self.service = SimulatedService(seed, page_lines, push_acts)
        furnish(self.service)
        self.device = Device(Path(self._folder.name) / "profile", self.service)
        self.device.sync()
        self.service.back_up()

    @rule(root=st.sampled_from(ROOTS), text=st.sampled_from(["fine", "unstorable"]))
    def write_note(self, root: str, text: str) -> None:
        self.device.note(root, text)

    @rule(root=st.sampled_from(ROOTS), position=st.integers(1, 3))
    def judge(self, root: str, position: int) -> None:
        self.device.judge(root, f"{root}/sample-{position}")

    @rule(root=st.sampled_from(ROOTS))
    def sign_off(self, root: str) -> None:
        sign_off(self.device, root)

    @rule(choice=st.integers(0, 20))
    def take_back(self, choice: int) -> None:
        take_back(self.device, choice)

    @rule()
    def sync_soundly(self) -> None:
        self.device.network.faults.clear()
        self.device.sync()

    @rule(sound=st.integers(0, 5), fault=st.sampled_from(list(Fault)))
    def sync_with_one_fault(self, sound: int, fault: Fault) -> None:
        self.sync_with_faults([*[Fault.NONE] * sound, fault])

    @rule(faults=st.lists(st.sampled_from(list(Fault)), max_size=6))
    def sync_with_faults(self, faults: list[Fault]) -> None:
        self.device.network.faults.clear()
        self.device.network.meet(*faults)
        with contextlib.suppress(KnownError):
            self.device.sync()

    @rule(root=st.sampled_from(ROOTS), position=st.integers(1, 3), sound=st.integers(1, 5))
    def judge_and_lose_the_answer(self, root: str, position: int, sound: int) -> None:
        """The person judges, and the round breaks somewhere around the push."""
        self.device.judge(root, f"{root}/sample-{position}")
        self.sync_with_one_fault(sound, Fault.ANSWER_LOST)

    @rule()
    def restart(self) -> None:
        self.device.restart()

    @rule(root=st.sampled_from(ROOTS), judged=st.integers(0, 3))
    def others_change_a_request(self, root: str, judged: int) -> None:
        self.service.put(records.request(id=root, judged=judged))

    @rule(root=st.sampled_from(ROOTS), position=st.integers(1, 3))
    def others_change_samples(self, root: str, position: int) -> None:
        identifier = f"{root}/sample-{position}"
        if ("sample", identifier) in self.service.state():
            self.service.drop("sample", identifier, root)
        else:
            self.service.put(records.sample(position, id=identifier, request_id=root))

    @rule(root=st.sampled_from(ROOTS), mine=st.sampled_from([True, True, False]))
    def assignment(self, root: str, mine: bool) -> None:
        self.service.assign(root, mine)

    @rule(root=st.sampled_from(ROOTS), held=st.booleans())
    def hold(self, root: str, held: bool) -> None:
        self.service.hold(root, held)

    @rule()
    def back_up(self) -> None:
        self.service.back_up()

    @rule()
    def lose_a_day(self) -> None:
        self.service.restore()

    @rule()
    def time_passes(self) -> None:
        self.device.tick += 1000

    @invariant()
    def never_twice(self) -> None:
        assert len(self.service.data.effects) == len(set(self.service.data.effects))

    def teardown(self) -> None:
        try:
            check_at_rest(self.device, self.service)
        finally:
            self.device.close()
            self._folder.cleanup()


Desk.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
TestAnyOrder = Desk.TestCase


def story(seed: int, folder: Path) -> tuple[list[str], dict[str, str], object]:
    """One run whose every choice comes from the seed; returns all that was said, and how it ended."""
    chance = random.Random(seed)
    service = SimulatedService(seed, page_lines=chance.randint(1, 6), push_acts=chance.randint(1, 4))
    furnish(service)
    device = Device(folder, service)
    try:
        for _ in range(60):
            root = chance.choice(ROOTS)
            match chance.randrange(13):
                case 10:
                    sign_off(device, root)
                case 11:
                    take_back(device, chance.randrange(20))
                case 0 | 1:
                    device.note(root, chance.choice(["fine", "unstorable"]))
                case 2 | 3:
                    device.judge(root, f"{root}/sample-{chance.randint(1, 3)}")
                case 4:
                    service.put(records.request(id=root, judged=chance.randint(0, 3)))
                case 5:
                    service.assign(root, chance.random() < 0.8)
                case 6:
                    chance.choice([service.back_up, service.restore, device.restart])()
                case 7:
                    device.network.faults.clear()
                    device.sync()
                case _:
                    device.network.faults.clear()
                    device.network.meet(
                        *[Fault.NONE] * chance.randint(0, 4), *chance.choices(list(Fault), k=2)
                    )
                    with contextlib.suppress(KnownError):
                        device.sync()
        check_at_rest(device, service)
        return device.network.trace, device.states(), device.held()
    finally:
        device.close()


@pytest.mark.parametrize("seed", range(6))
def test_the_same_seed_gives_the_same_trace(seed: int, tmp_path: Path) -> None:
    assert story(seed, tmp_path / "once") == story(seed, tmp_path / "again")
