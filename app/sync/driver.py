"""The one place where the laptop speaks HTTP: carries the engine's calls over ``requests``."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.domain.errors import KnownError
from app.sync.answers import not_the_service
from app.sync.calls import HttpAnswer, HttpCall, Steps, T, Unreachable
from app.vault.keys import on_this_computer

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 3.05
READ_SECONDS = 30.0
_PIECE = 256 * 1024
_LARGEST_MESSAGE = 64 * 1024 * 1024


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
        try:
            call = next(steps)
            while True:
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
            session.close()

    def _carry(self, steps: Steps[T], call: HttpCall) -> HttpCall:
        """One call there and its answer back; returns the next call. The answer is closed in any case."""
        try:
            response = self._send(call)
        except Unreachable as error:
            return steps.throw(error)
        with response:
            try:
                answer = _answer(response, call.stream)
            except KnownError as error:
                return steps.throw(error)
            return steps.send(answer)

    def _send(self, call: HttpCall) -> requests.Response:
        import requests

        try:
            return self._session().request(
                call.method,
                self.base_url + call.path,
                headers=dict(call.headers),
                data=call.body or None,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise _unreachable(error) from error

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            import requests

            session = requests.Session()
            session.auth = _as_it_is
            # A proxy of the surroundings must not come between a demonstration and its own computer.
            session.trust_env = not on_this_computer(self.base_url)
            self._own.session = session
            with self._lock:
                self._sessions.append(session)
        return session


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


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Without an authenticator of our own requests would put a password from .netrc in place of the token.
    return request


def _answer(response: requests.Response, stream: bool) -> HttpAnswer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    pieces = _pieces(response)
    if stream and response.status_code == 200:
        return HttpAnswer(200, headers, chunks=pieces)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > _LARGEST_MESSAGE:
            raise not_the_service("an answer without end")
    return HttpAnswer(response.status_code, headers, bytes(body))


def _pieces(response: requests.Response) -> Iterator[bytes]:
    import requests

    try:
        yield from response.iter_content(_PIECE)
    except requests.RequestException as error:
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
