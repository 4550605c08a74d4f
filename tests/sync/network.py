"""A network that loses, doubles and cuts messages as it is told to, and otherwise carries them to the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from app.domain.errors import KnownError
from app.sync.calls import HttpAnswer, HttpCall, Steps, T, Unreachable
from tests.sync.simulated import SimulatedService, refusal


class Fault(StrEnum):
    NONE = "none"
    NEVER_LEFT = "never_left"
    LOST_ON_THE_WAY = "lost_on_the_way"
    ANSWER_LOST = "answer_lost"
    CUT = "cut"
    TWICE = "twice"
    ACCESS_ENDED = "access_ended"
    BUSY = "busy"
    FAULT_BEFORE = "fault_before"
    FAULT_AFTER = "fault_after"
    PORTAL = "portal"


def carried(steps: Steps[T], carry: Callable[[HttpCall], HttpAnswer]) -> T:
    """Carries a conversation call by call; what ``carry`` raises for people to read is thrown into it."""
    try:
        call = next(steps)
        while True:
            try:
                answer = carry(call)
            except KnownError as error:
                call = steps.throw(error)
            else:
                call = steps.send(answer)
    except StopIteration as done:
        result: T = done.value
        return result


class Network:
    """Carries conversations; each call meets the next fault in the queue, and none once it is empty."""

    def __init__(self, service: SimulatedService) -> None:
        self.service = service
        self.faults: deque[Fault] = deque()
        self.trace: list[str] = []

    def meet(self, *faults: Fault) -> None:
        self.faults.extend(faults)

    def run(self, steps: Steps[T]) -> T:
        return carried(steps, self._carry)

    def _carry(self, call: HttpCall) -> HttpAnswer:
        fault = self.faults.popleft() if self.faults else Fault.NONE
        self.trace.append(f"{call.method} {call.path} {len(call.body)} {fault}")
        match fault:
            case Fault.NEVER_LEFT:
                raise Unreachable("nobody there", maybe_received=False)
            case Fault.LOST_ON_THE_WAY:
                raise Unreachable("lost", maybe_received=True)
            case Fault.ANSWER_LOST:
                self.service.answer(call)
                raise Unreachable("timed out", maybe_received=True)
            case Fault.CUT:
                return _cut(self.service.answer(call))
            case Fault.TWICE:
                self.service.answer(call)
            case Fault.ACCESS_ENDED:
                self.service.end_access()
            case Fault.BUSY:
                return refusal(429, "service_busy", "A pause, please.", **{"retry-after": "7"})
            case Fault.FAULT_BEFORE:
                return refusal(500, "fault", "Something went wrong in the service.")
            case Fault.FAULT_AFTER:
                self.service.answer(call)
                return HttpAnswer(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
            case Fault.PORTAL:
                return HttpAnswer(200, {"content-type": "text/html"}, b"<html>Welcome to our Wi-Fi</html>")
        answer = self.service.answer(call)
        self.trace.append(f"{answer.status} {answer.body[:2000]!r}")
        return answer


def _cut(answer: HttpAnswer) -> HttpAnswer:
    if answer.chunks is not None:
        return replace(answer, chunks=_broken(answer.chunks))
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _broken(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield next(iter(chunks))
    raise Unreachable("broken off", maybe_received=True)
