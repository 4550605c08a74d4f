"""The one kind of error that is meant for a person."""

from __future__ import annotations


class KnownError(Exception):
    """Something that can go wrong in ordinary use, said in a person's words.

    Every other exception is a defect of ours and is allowed to surface as one.

    code: short stable word for programs and tests (``service_unreachable``).
    says: one plain sentence telling what happened.
    do: one plain sentence telling what the person can do now; may be empty.
    details: technical text behind *Copy details*; never needed to understand ``says``.
    """

    def __init__(self, code: str, says: str, do: str = "", *, details: str = "") -> None:
        super().__init__(f"{says} {do}".strip())
        self.code = code
        self.says = says
        self.do = do
        self.details = details

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword-only arguments do not pickle by themselves; the evidence child sends these across.
        return (_rebuild, (self.code, self.says, self.do, self.details))


def _rebuild(code: str, says: str, do: str, details: str) -> KnownError:
    return KnownError(code, says, do, details=details)
