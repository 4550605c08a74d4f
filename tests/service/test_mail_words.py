"""The words of e-mails, whatever people typed: no learner in a subject, nothing that breaks a line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.moderation import RequestState
from app.service.mail_words import Audience, Facts, MailKind, SampledUnit, one_line, words_for

TYPED = st.text(max_size=40)
KINDS = st.sampled_from(list(MailKind))


def facts(name: str, other: str = "") -> Facts:
    return Facts(
        centre_id="centre-1",
        centre_number="C1",
        centre_name="Oakvale College",
        request_id="request-1",
        number="MR-1",
        qualification="Q5 Certificate",
        awarding_body="CMI",
        state=RequestState.IN_MODERATION,
        moderator_name=name,
        sampling_words=name,
        sampled=1,
        samples=(SampledUnit(name, other, other, name, f"only {name}"),),
        detail=dict.fromkeys(("due", "was", "report", "says", "certificates", "author", "warning"), name),
    )


@given(kind=KINDS, audience=st.sampled_from(Audience), name=TYPED, other=TYPED)
def test_M37_no_subject_contains_a_learners_name_whatever_it_is(
    kind: MailKind, audience: Audience, name: str, other: str
) -> None:
    """A name may be the very letters that any subject is made of; so: the subject is the same without any name."""
    subject = words_for(kind, facts(name, other), audience).subject
    assert subject == words_for(kind, facts("", ""), audience).subject
    marked = f"«{name}»"
    assert marked not in words_for(kind, facts(marked, other), audience).subject


@given(name=TYPED)
def test_M31_a_learners_name_is_in_the_body_as_it_is_written(name: str) -> None:
    """Braces, per cent signs and angle brackets are letters like others."""
    shown = one_line(f"Jo {name}|")
    body = words_for(MailKind.SAMPLE_REQUESTED, facts(shown, "A1"), Audience.CENTRE).body
    assert f"- {shown} (A1), unit A1 {shown} (chosen: only {shown})" in body.split("\n")


@given(kind=KINDS, centre=TYPED, number=TYPED)
def test_a_subject_is_one_line_whatever_the_centre_is_called(
    kind: MailKind, centre: str, number: str
) -> None:
    told = replace(facts("Jo"), centre_name=centre, number=number)
    subject = words_for(kind, told, Audience.CENTRE).subject
    assert subject.splitlines() == [subject]
    assert subject == one_line(subject)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Jo\r\nBcc: x", "Jo Bcc: x"),
        ("Jo\u202egnirts", "Jognirts"),
        ("  a\u00a0 b\t", "a b"),
        ("नि\u200dष", "नि\u200dष"),
        ("\ud800x", "x"),
        ("a\x1bb\x00c\x7f", "a b c"),
    ],
)
def test_one_line_keeps_what_a_name_needs_and_nothing_that_breaks_a_line(text: str, line: str) -> None:
    assert one_line(text) == line
