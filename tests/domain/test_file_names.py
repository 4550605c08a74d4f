"""Names of files that people add: what cannot be seen in a name could make it read as another."""

from __future__ import annotations

import pytest

from app.domain.acts import AddNote
from app.domain.attached import AttachedFile
from app.domain.errors import KnownError
from app.domain.judging import check_note


def note(name: str) -> AddNote:
    return AddNote("request-1", "", "See the file.", (AttachedFile(name, "a" * 64, 3),))


@pytest.mark.parametrize(
    "sign",
    [
        "\n",
        "\r",
        "\t",
        "\x00",
        "\x7f",
        "\x85",
        "\u200b",
        "\u200f",
        "\u202e",
        "\u2066",
        "\u2028",
        "\u2029",
        "\ufeff",
    ],
)
@pytest.mark.parametrize("name", ["{}plan.txt", "pl{}an.txt", "plan.txt{}"])
def test_M53_a_name_with_signs_that_cannot_be_seen_is_refused(name: str, sign: str) -> None:
    with pytest.raises(KnownError) as refused:
        check_note(note(name.format(sign)))
    assert refused.value.code == "file_name_wrong"
    # Also where it is read by whoever looks into the matter, it must not turn the writing round.
    assert sign not in refused.value.details


@pytest.mark.parametrize(
    "name", ["Plan of work (2).txt", "Prüfung №7.pdf", "図面.png", "été\u00a0.jpg", "e\u0301.txt"]
)
def test_M53_ordinary_names_of_all_languages_are_taken(name: str) -> None:
    check_note(note(name))
