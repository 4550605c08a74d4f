"""Being signed in: the access token in memory, the refresh token in the keyring, and one renewal when it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from app.domain.errors import KnownError
from app.domain.people import Person
from app.sync.answers import Refused, checked, message
from app.sync.calls import BadAnswer, HttpAnswer, HttpCall, Steps, T, Unreachable
from app.vault.keys import Keys
from app.wire.codec import person_of
from app.wire.messages import Refresh, SignIn, Tokens

REFRESH_NAME = "refresh-token"
"""Under this name the keyring holds the refresh token of a profile."""

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a sign-in brought: who it is, where, on which device, and the tokens. Never written down as a whole."""

    service_url: str
    person: Person
    device_id: str
    tokens: Tokens


class Access:
    """The right to speak for one profile. ``on_person`` hears who the service says the person is now."""

    def __init__(
        self, profile_id: str, keys: Keys, on_person: Callable[[Person], None] = lambda person: None
    ) -> None:
        self._profile_id = profile_id
        self._keys = keys
        self._on_person = on_person
        self._token = ""

    def accept(self, tokens: Tokens) -> None:
        """Takes new tokens over; the refresh token goes into the keyring."""
        if tokens.refresh:
            self._keys.put(self._profile_id, REFRESH_NAME, tokens.refresh)
        self._token = tokens.access
        self._on_person(person_of(tokens))

    def signed(self, steps: Steps[T]) -> Steps[T]:
        """The same conversation with every call signed. A 401 renews the sign-in once and repeats the call.

        If that does not help the conversation is thrown ``sign_in_again``; nothing it was about is discarded.
        """
        try:
            call = next(steps)
            while True:
                try:
                    answer = yield from self._answer(call)
                except KnownError as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(answer)
        except StopIteration as done:
            result: T = done.value
            return result

    def sign_out(self) -> Steps[None]:
        """Revokes the sign-in at the service and forgets it here, in any case."""
        refresh = self._keys.get(self._profile_id, REFRESH_NAME)
        self._token = ""
        self._keys.forget(self._profile_id, REFRESH_NAME)
        if refresh is not None:
            body = msgspec.json.encode(Refresh(refresh=refresh))
            checked((yield HttpCall("POST", "/api/auth/sign-out", _JSON, body)))

    def _answer(self, call: HttpCall) -> Steps[HttpAnswer]:
        if not self._token:
            yield from self._renew()
        answer = yield self._with_token(call)
        if answer.status == 401:
            yield from self._renew()
            answer = yield self._with_token(call)
            if answer.status == 401:
                raise sign_in_again("refused twice")
        return answer

    def _with_token(self, call: HttpCall) -> HttpCall:
        return replace(call, headers={**call.headers, "Authorization": f"Bearer {self._token}"})

    def _renew(self) -> Steps[None]:
        self._token = ""
        refresh = self._keys.get(self._profile_id, REFRESH_NAME)
        if refresh is None:
            raise sign_in_again("no refresh token")
        body = msgspec.json.encode(Refresh(refresh=refresh))
        try:
            tokens = message((yield HttpCall("POST", "/api/auth/refresh", _JSON, body)), Tokens)
        except Unreachable as error:
            # Whatever became of the renewal, the call it was for was not taken.
            raise Unreachable(error.details, maybe_received=False, says=error.says, do=error.do) from error
        except BadAnswer as error:
            raise KnownError(error.code, error.says, error.do, details=error.details) from error
        except Refused as error:
            if error.status in (400, 401, 403):
                raise sign_in_again(error.details) from error
            raise
        self.accept(tokens)


def sign_in(service_url: str, email: str, password: str, device_id: str, device_name: str) -> Steps[SignedIn]:
    """Proves who the person is. Raises the service's own words for a wrong password or too many attempts."""
    body = msgspec.json.encode(
        SignIn(email=email, password=password, device_id=device_id, device_name=device_name)
    )
    tokens = message((yield HttpCall("POST", "/api/auth/sign-in", _JSON, body)), Tokens)
    return SignedIn(service_url, person_of(tokens), device_id, tokens)


def sign_in_again(details: str) -> KnownError:
    return KnownError(
        "sign_in_again",
        "Your sign-in has ended.",
        "Sign in again; everything you recorded is kept and sent then.",
        details=details,
    )
