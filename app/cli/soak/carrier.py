"""The network of a story: carries conversations call by call, and spoils those it was told to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import msgspec

from app.cli.soak.faults import Counts, Fault
from app.cli.soak.laptops import Laptop
from app.cli.soak.service_side import ServiceSide
from app.cli.soak.sources import short
from app.domain.errors import KnownError
from app.sync.bodies import unpacked
from app.sync.calls import BEGUN, HttpAnswer, HttpCall, Steps, T, Unreachable
from app.wire.messages import PROTOCOL, Hello, Problem, Push, PushAnswer

_JSON = {"content-type": "application/json"}
_PUSH = "/api/sync/push"
_HALF_AN_HOUR = 31 * 60
_LATE = 12
"""So many old requests are kept to be delivered late."""


class Killed(Exception):
    """The program was killed while it waited for an answer."""


@dataclass
class Weather:
    """What one conversation meets. spoiled: by the place of a call in it, the fault that meets this call.

    aimed: by path, what meets the first call there. partition: no answer comes back at all. older: the service speaks
    to this laptop as to an old version.
    """

    spoiled: dict[int, Fault]
    aimed: dict[str, Fault]
    partition: bool = False
    older: bool = False


SOUND = Weather({}, {})


class Carrier:
    """on_answers: hears every push that the service answered, also when the answer never arrives. lose_a_day: puts
    the service back to its last backup in the middle of a conversation.
    """

    def __init__(
        self,
        service: ServiceSide,
        chance: random.Random,
        trace: Callable[[str], None],
        counts: Counts,
        on_answers: Callable[[Push, PushAnswer], None],
        lose_a_day: Callable[[], None],
    ) -> None:
        self._service = service
        self._chance = chance
        self._trace = trace
        self._counts = counts
        self._on_answers = on_answers
        self._lose_a_day = lose_a_day
        self._late: list[HttpCall] = []

    def run(self, laptop: Laptop, steps: Steps[T], weather: Weather = SOUND) -> T:
        """Carries one conversation to its end. Raises what ended it, and ``Killed``; then it is simply left."""
        number, aimed = 0, dict(weather.aimed)
        begun: tuple[HttpCall, HttpAnswer | KnownError] | None = None
        try:
            call = next(steps)
            while True:
                if begun is not None and begun[0] == call:
                    answer, begun = begun[1], None
                else:
                    plain = replace(call, ahead=False)
                    path = call.path.partition("?")[0]
                    fault = aimed.pop(path, None) or weather.spoiled.get(number)
                    answer = self._attempt(laptop, plain, weather, fault)
                    number += 1
                    if call.ahead:
                        begun, answer = (plain, answer), BEGUN
                call = steps.throw(answer) if isinstance(answer, KnownError) else steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    def deliver_late(self) -> bool:
        """An old request reaches the service now, whose sender stopped waiting long ago; False if there is none."""
        if not self._late:
            return False
        call = self._late.pop(self._chance.randrange(len(self._late)))
        if self._ask(call, "late").status == 200:
            self._counts[Fault.REORDER] += 1
        return True

    def _attempt(
        self, laptop: Laptop, call: HttpCall, weather: Weather, fault: Fault | None
    ) -> HttpAnswer | KnownError:
        """One call there, and what comes back of it, unpacked as the laptop's driver would."""
        try:
            answer = self._carry(laptop, call, weather, fault)
            if answer.chunks is not None:
                return answer
            packed = answer.headers.get("content-encoding", "")
            answer = replace(answer, body=b"".join(unpacked([answer.body], packed)))
        except KnownError as error:
            return error
        return _as_to_an_older_client(call, answer) if weather.older else answer

    def _carry(self, laptop: Laptop, call: HttpCall, weather: Weather, fault: Fault | None) -> HttpAnswer:
        who = laptop.name
        if weather.older:
            call = _as_from_an_older_client(call)
        if weather.partition:
            self._counts[Fault.ONE_WAY_PARTITION] += 1
            self._ask(call, f"{who} one_way_partition")
            raise Unreachable("partition", maybe_received=True)
        if fault not in (None, Fault.REORDER):
            self._counts[fault] += 1
        note = f"{who} {fault}" if fault else who
        match fault:
            case Fault.REQUEST_LOST:
                self._trace(f"{note}: {call.method} {call.path.partition('?')[0]}")
                raise Unreachable("lost", maybe_received=self._chance.random() < 0.5)
            case Fault.RESPONSE_LOST:
                self._ask(call, note)
                raise Unreachable("timed out", maybe_received=True)
            case Fault.DUPLICATE:
                self._ask(call, note)
            case Fault.TRUNCATED_BODY:
                return self._cut(self._ask(call, note))
            case Fault.UNAUTHORISED_MID_BATCH if self._chance.random() < 0.3:
                self._service.revoke(laptop.person.email)
            case Fault.UNAUTHORISED_MID_BATCH:
                self._service.clock.go_on(_HALF_AN_HOUR)
            case Fault.SERVICE_RESTORED:
                self._lose_a_day()
            case Fault.SERVER_ERROR:
                return self._error(call, note)
            case Fault.KILL_AT_AWAIT:
                if self._chance.random() < 0.6:
                    self._ask(call, note)
                raise Killed
        if call.method == "POST" and (fault is Fault.REORDER or self._chance.random() < 0.3):
            # It was sent twice on its way; one copy takes long.
            self._late = [*self._late[-_LATE:], call]
        return self._ask(call, note)

    def _ask(self, call: HttpCall, note: str) -> HttpAnswer:
        answer = self._service.answer(call)
        path = call.path.partition("?")[0]
        if path == _PUSH and answer.status == 200:
            push = msgspec.json.decode(_plain(call), type=Push)
            self._on_answers(push, msgspec.json.decode(answer.body, type=PushAnswer))
        body = b"" if answer.chunks is not None else answer.body
        self._trace(
            f"{note}: {call.method} {path} {short(call.body)} → {answer.status} {len(body)} {short(body)}"
        )
        return answer

    def _cut(self, answer: HttpAnswer) -> HttpAnswer:
        """The answer broken off anywhere; a page of the feed often just between two lines, where it is worst."""
        if answer.chunks is not None:
            whole = b"".join(answer.chunks)
            return replace(answer, chunks=_broken(whole[: self._chance.randrange(len(whole) + 1)]))
        if "ndjson" in answer.headers.get("content-type", "") and self._chance.random() < 0.5:
            packed = answer.headers.get("content-encoding", "")
            lines = b"".join(unpacked([answer.body], packed)).splitlines(keepends=True)
            plain = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
            return replace(
                answer, headers=plain, body=b"".join(lines[: self._chance.randrange(max(1, len(lines)))])
            )
        return replace(answer, body=answer.body[: self._chance.randrange(max(1, len(answer.body)))])

    def _error(self, call: HttpCall, note: str) -> HttpAnswer:
        status = self._chance.choice((500, 502, 503, 504))
        if status != 503 and self._chance.random() < 0.5:
            self._ask(call, note)
        self._trace(f"{note}: {call.method} {call.path.partition('?')[0]} → {status}")
        if status == 502:
            return HttpAnswer(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
        problem = Problem(code="fault", says="Something went wrong in the service.", do="It is tried again.")
        return HttpAnswer(status, _JSON, msgspec.json.encode(problem))


def _broken(beginning: bytes) -> Iterator[bytes]:
    """The beginning of a streamed body, and then silence."""
    yield beginning
    raise Unreachable("broken off", maybe_received=True)


def _as_from_an_older_client(call: HttpCall) -> HttpCall:
    """A version before ``files`` and ``protocol`` were thought of does not send them."""
    if call.path != _PUSH:
        return call
    push = msgspec.json.decode(_plain(call), type=dict[str, msgspec.Raw])
    push.pop("protocol", None)
    acts = msgspec.json.decode(push["acts"], type=list[dict[str, msgspec.Raw]])
    for act in acts:
        if act.get("files") == msgspec.Raw(b"[]"):
            act.pop("files")
    push["acts"] = msgspec.Raw(msgspec.json.encode(acts))
    headers = {name: value for name, value in call.headers.items() if name != "Content-Encoding"}
    return replace(call, headers=headers, body=msgspec.json.encode(push))


def _plain(call: HttpCall) -> bytes:
    """The body of a call, unpacked."""
    return b"".join(unpacked([call.body], call.headers.get("Content-Encoding", "")))


def _as_to_an_older_client(call: HttpCall, answer: HttpAnswer) -> HttpAnswer:
    """The service has moved on: it may still be pushed to, and says things this version does not know."""
    if call.path != "/api/sync/hello" or answer.status != 200:
        return answer
    hello = msgspec.json.decode(answer.body, type=Hello)
    newer = msgspec.structs.replace(hello, protocol_min=PROTOCOL + 1, protocol_max=PROTOCOL + 2)
    body = msgspec.to_builtins(newer) | {"of_tomorrow": [1, 2, 3]}
    return replace(answer, body=msgspec.json.encode(body))
