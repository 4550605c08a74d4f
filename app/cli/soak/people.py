"""What people do on their laptops, through the same deeds as in the windows."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

from app.cli.soak.expectations import Expectations
from app.cli.soak.laptops import Laptop
from app.cli.soak.papers import Papers
from app.domain.acts import Act, AddNote, LogCentreContact
from app.domain.errors import KnownError
from app.domain.moderation import Decision, Outcome, current_judgements
from app.domain.people import Role
from app.models.entries import ActState
from app.workspace.overlay import Picture
from app.workspace.reports import SignedReport

_DECISIONS = [Decision.AGREED] * 12 + [Decision.NOT_AGREED] * 3 + [Decision.FURTHER_EVIDENCE] * 2


class People:
    """``trace`` hears what was done; every act that was called saved is told to the expectations."""

    def __init__(
        self,
        chance: random.Random,
        expected: Expectations,
        trace: Callable[[str], None],
        roots: dict[str, str],
        papers: Papers,
    ) -> None:
        """roots: number of each request by its id."""
        self._chance = chance
        self._expected = expected
        self._trace = trace
        self._roots = roots
        self._papers = papers

    def work(self, laptop: Laptop) -> None:
        """The person at this laptop does one thing. What the rules forbid is simply not done; a full disk raises."""
        if Role.SUPPORT in laptop.person.roles:
            self._work_of_support(laptop)
            return
        doing = {
            "judges": (10, self._judge),
            "notes": (4, self._note),
            "adds a photo": (2, self._photograph),
            "withdraws": (2, self._withdraw),
            "signs off": (3, self._sign_off),
            "suspects": (1, self._suspect),
        }
        deeds = list(doing)
        deed = self._chance.choices(deeds, [doing[name][0] for name in deeds])[0]
        picture = self.some_picture(laptop)
        if picture is not None:
            self._do(laptop, deed, lambda: doing[deed][1](laptop, picture))

    def _work_of_support(self, laptop: Laptop) -> None:
        root = self._chance.choice(list(self._roots))
        picture = laptop.picture(root)
        if picture is not None and self._chance.random() < 0.6:
            self._do(laptop, "notes", lambda: self._note(laptop, picture))
        else:
            self._do(laptop, "contacts the centre", lambda: self._contact(laptop, root))

    def some_picture(self, laptop: Laptop) -> Picture | None:
        """One of the requests that are on this laptop."""
        here = laptop.cache.revs("request")
        roots = [root for root in self._roots if root in here]
        return laptop.picture(self._chance.choice(roots)) if roots else None

    def suspect(self, laptop: Laptop, request_id: str) -> bool:
        """The person raises a suspicion about this request, if they still can."""
        picture = laptop.picture(request_id)
        return picture is not None and self._do(laptop, "suspects", lambda: self._suspect(laptop, picture))

    def judge_in(self, laptop: Laptop, request_id: str, sample_id: str) -> bool:
        """The person judges this very sample, if they still can."""
        picture = laptop.picture(request_id)
        return picture is not None and self._do(
            laptop, "judges", lambda: self._judge_sample(laptop, picture, sample_id)
        )

    def trespass(self, laptop: Laptop, request_id: str) -> None:
        """Somebody notes in a request that is not theirs, as no window would let them."""
        self._do(laptop, "trespasses", lambda: self._plain(laptop, AddNote(request_id, "", "I should not.")))

    def take_back(self, laptop: Laptop) -> None:
        """The person undoes something that was not sent yet."""
        queued = laptop.entries(states=(ActState.QUEUED,))
        if not queued:
            return
        entry = self._chance.choice(queued)
        try:
            laptop.work.take_back(entry.act_id)
        except KnownError as refusal:
            self._trace(
                f"{laptop.name} may not take {self._expected.name(entry.act_id)} back: {refusal.code}"
            )
        else:
            self._trace(f"{laptop.name} takes {self._expected.name(entry.act_id)} back")

    def retry(self, laptop: Laptop) -> None:
        """The person presses Retry on everything that needs attention."""
        for entry in laptop.entries(states=(ActState.BLOCKED, ActState.REJECTED)):
            laptop.work.retry(entry.act_id)
        self._trace(f"{laptop.name} retries")

    # -- inside --------------------------------------------------------------------------------------------------

    def _do(self, laptop: Laptop, what: str, deed: Callable[[], Act | None]) -> bool:
        try:
            act = deed()
        except KnownError as refusal:
            self._trace(f"{laptop.name} {what}: {refusal.code}")
            if refusal.code == "disk_full":
                raise
            return False
        if act is None:
            return False
        payload = laptop.work.entry(act.id).payload
        known = self._expected.recorded(laptop, act, payload)
        self._trace(f"{laptop.name} {what} in {self._roots[act.root]}: {known.name}")
        return True

    def _judge(self, laptop: Laptop, picture: Picture) -> Act | None:
        if not picture.samples:
            return None
        return self._judge_sample(laptop, picture, self._chance.choice(picture.samples).id)

    def _judge_sample(self, laptop: Laptop, picture: Picture, sample_id: str) -> Act:
        decision = self._chance.choice(_DECISIONS)
        rationale = "" if decision is Decision.AGREED else self._words()
        actions = [self._words()] if decision.needs_action else []
        return laptop.deeds.judge(picture, sample_id, decision, rationale, actions)

    def _suspect(self, laptop: Laptop, picture: Picture) -> Act | None:
        if not picture.samples:
            return None
        sample = self._chance.choice(picture.samples)
        return laptop.deeds.judge(picture, sample.id, Decision.SUSPECTED_MALPRACTICE, self._words(), [])

    def _note(self, laptop: Laptop, picture: Picture) -> Act:
        samples = ["", *(sample.id for sample in picture.samples)]
        return laptop.deeds.note(picture, self._chance.choice(samples), self._words())

    def _photograph(self, laptop: Laptop, picture: Picture) -> Act:
        content = self._chance.randbytes(self._chance.choice((1, 700, 5_000)))
        return self._papers.photograph(laptop, picture, content, self._words())

    def _withdraw(self, laptop: Laptop, picture: Picture) -> Act | None:
        mine = [j for j in picture.judgements if j.moderator_id == laptop.person.id and not j.withdrawn]
        if not mine:
            return None
        return laptop.deeds.withdraw(picture, self._chance.choice(mine), self._words())

    def _sign_off(self, laptop: Laptop, picture: Picture) -> Act | None:
        """Judges what is not judged or disputed yet; else submits the report."""
        for sample in picture.samples:
            if len(current_judgements(picture.judgements_of(sample.id))) != 1:
                return self._judge_sample(laptop, picture, sample.id)
        agreed = all(judgement.decision is Decision.AGREED for judgement in picture.current().values())
        pdf = b"%PDF-1.7\n% " + self._words().encode() + b"\n%%EOF\n"
        outcome = Outcome.ACCEPTED if agreed else Outcome.REJECTED
        report = SignedReport(outcome, self._words(), pdf, hashlib.sha256(pdf).hexdigest())
        return laptop.deeds.submit(picture, report)

    def _contact(self, laptop: Laptop, request_id: str) -> Act:
        return self._plain(laptop, LogCentreContact(request_id, "The centre", "telephone", self._words()))

    def _plain(self, laptop: Laptop, deed: AddNote | LogCentreContact) -> Act:
        act = Act(
            id=laptop.new_id(),
            device_id=laptop.profile.device_id,
            author_id=laptop.person.id,
            seen=laptop.cache.seen(),
            seen_tag=laptop.cache.seen_tag(),
            recorded_at=laptop.clock(),
            deed=deed,
        )
        laptop.work.add(act)
        return act

    def _words(self) -> str:
        """A sentence that nobody else writes."""
        return f"Words {self._chance.getrandbits(48):012x}."
