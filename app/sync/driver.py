"""The one place where the laptop speaks HTTP: carries the engine's calls over ``requests``."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from app.domain.errors import KnownError
from app.sync.answers import answer_without_end
from app.sync.bodies import ACCEPTED, PIECE, unpacked
from app.sync.calls import BEGUN, HttpAnswer, HttpCall, Steps, T, Unreachable
from app.vault.keys import on_this_computer

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 3.05
READ_SECONDS = 30.0
_LARGEST_MESSAGE = 64 * 1024 * 1024
STREAMED = 1024 * 1024
"""Bytes of a piece of a file: one chunk as it is sealed, so that none is copied to be put together."""


class Driver:
    """Carries conversations to one service. Any thread may call; each has a connection of its own.

    No redirect is ever followed, so that a sign-in never travels to another host; ``.netrc`` is not looked at.
    """

    def __init__(
        self, base_url: str, *, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS
    ) -> None:
        """Times in seconds: to reach the service, and between two pieces of its answer.

        Raises ``KnownError("service_address_refused")`` for anything but https, or http on this computer.
        """
        self.base_url = service_address(base_url)
        self._timeout = (connect, read)
        self._own = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def run(self, steps: Steps[T]) -> T:
        """Carries a conversation to its end and returns what it returns. Raises ``KnownError``s alone."""
        begun: _Ahead | None = None
        try:
            call = next(steps)
            while True:
                if call.ahead:
                    begun = _Ahead(self, replace(call, ahead=False), self._session())
                    call = steps.send(BEGUN)
                elif begun is not None and begun.call == call:
                    call, begun = begun.hand_over(steps), None
                else:
                    call = self._carry(steps, call)
        except StopIteration as done:
            result: T = done.value
            return result

    def close(self) -> None:
        """Closes every connection; a later call opens new ones."""
        with self._lock:
            sessions, self._sessions = self._sessions, []
            self._own = threading.local()
        for session in sessions:
            _close_pools(session)
            session.close()

    def _carry(self, steps: Steps[T], call: HttpCall) -> HttpCall:
        """One call there and its answer back; returns the next call. The answer is closed in any case."""
        try:
            response = _send(self._session(), self.base_url, call, self._timeout)
        except Unreachable as error:
            return steps.throw(error)
        with response:
            try:
                answer = _answer(response, call.stream)
            except KnownError as error:
                return steps.throw(error)
            return steps.send(answer)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            import requests

            session = requests.Session()
            session.auth = _as_it_is
            session.headers["Accept-Encoding"] = ACCEPTED
            # A proxy of the surroundings must not come between a demonstration and its own computer.
            session.trust_env = not on_this_computer(self.base_url)
            self._own.session = session
            with self._lock:
                self._sessions.append(session)
        return session


class _Ahead:
    """A call that is carried on a thread of its own while its asker still does something else."""

    def __init__(self, driver: Driver, call: HttpCall, session: requests.Session) -> None:
        self.call = call
        self._answer: HttpAnswer | None = None
        self._error: BaseException | None = None
        self._driver = driver
        # A daemon: a window that closes does not wait for an answer that nobody wants any more.
        self._thread = threading.Thread(target=self._carry, args=(session,), name="ahead", daemon=True)
        self._thread.start()

    def hand_over(self, steps: Steps[T]) -> HttpCall:
        """Waits for the answer and hands it to those who asked; returns their next call."""
        self._thread.join()
        if isinstance(self._error, KnownError):
            return steps.throw(self._error)
        if self._error is not None:
            raise self._error
        assert self._answer is not None
        return steps.send(self._answer)

    def _carry(self, session: requests.Session) -> None:
        driver = self._driver
        try:
            with _send(session, driver.base_url, self.call, driver._timeout) as response:
                self._answer = _answer(response, stream=False)
        except BaseException as error:
            self._error = error


def _send(
    session: requests.Session, base_url: str, call: HttpCall, timeout: tuple[float, float]
) -> requests.Response:
    import requests

    try:
        return session.request(
            call.method,
            base_url + call.path,
            headers=dict(call.headers),
            data=call.body or None,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        )
    except requests.RequestException as error:
        raise _unreachable(error) from error


def service_address(text: str) -> str:
    """The address as it is used: https anywhere, http only on this computer, nothing after host and path.

    Raises ``KnownError("service_address_refused")``.
    """
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _address_refused(text) from error
    plain = not (parts.username or parts.password or parts.query or parts.fragment or "\\" in address)
    safe = parts.scheme == "https" or on_this_computer(address)
    if not (host and plain and safe):
        raise _address_refused(text)
    return address


def _address_refused(text: str) -> KnownError:
    return KnownError(
        "service_address_refused",
        "This is not an address that Touchstone can safely talk to.",
        "Give the service's address beginning with “https://”.",
        details=text,
    )


def _close_pools(session: requests.Session) -> None:
    # By itself urllib3 closes them when nothing refers to them, and the traceback of an error may for a long time.
    for adapter in session.adapters.values():
        pools: Any = cast(Any, adapter).poolmanager.pools
        for key in list(pools.keys()):
            pool = pools.get(key)
            if pool is not None:
                pool.close()


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Without an authenticator of our own requests would put a password from .netrc in place of the token.
    return request


def _answer(response: requests.Response, stream: bool) -> HttpAnswer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    pieces = unpacked(_pieces(response, STREAMED if stream else PIECE), headers.get("content-encoding", ""))
    if stream and response.status_code in (200, 206):
        return HttpAnswer(response.status_code, headers, chunks=pieces)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > _LARGEST_MESSAGE:
            raise answer_without_end()
    return HttpAnswer(response.status_code, headers, bytes(body))


def _pieces(response: requests.Response, size: int) -> Iterator[bytes]:
    """The body as it travelled. It is unpacked in one place only, whatever urllib3 could unpack by itself."""
    from urllib3.exceptions import HTTPError

    try:
        yield from response.raw.stream(size, decode_content=False)
    except (HTTPError, OSError) as error:
        raise Unreachable(repr(error), maybe_received=True) from error


def _unreachable(error: requests.RequestException) -> Unreachable:
    """What kind of silence it was; only where no byte can have left is it certain that nothing was received."""
    import requests
    from urllib3.exceptions import NewConnectionError

    reason: Any = getattr(error.args[0], "reason", None) if error.args else None
    if _is_certificate(error):
        return Unreachable(
            repr(error),
            maybe_received=False,
            says="The service could not prove who it is, so nothing was sent to it.",
            do="Check the date of this computer and the network you are in; "
            "if both are right, tell the support contact.",
        )
    never_left = isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
    return Unreachable(repr(error), maybe_received=not never_left)


def _is_certificate(error: BaseException | None) -> bool:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        seen.add(id(error))
        # urllib3 hides the cause in "reason", requests in its first argument.
        inside = (*error.args, getattr(error, "reason", None), error.__cause__, error.__context__)
        error = next((part for part in inside if isinstance(part, BaseException)), None)
    return False
