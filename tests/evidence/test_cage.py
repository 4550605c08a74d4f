"""Evidence in the cage: every real file is shown or handed over, and a hostile one costs a message."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.domain.errors import KnownError
from app.evidence.cage import Bitmap, Cage, Document
from app.evidence.inspect import inspect
from app.evidence.kinds import HEAD, can_show, kind_of
from app.evidence.sources import BytesSource, PathSource
from app.vault.files import FileStore
from tests.evidence.making import bomb_png, endless_pdf, pdf, picture, stream_object, words


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    with Cage(seconds=60) as cage:
        yield cage


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def refusal_of(cage: Cage, data: bytes, name: str) -> KnownError:
    with pytest.raises(KnownError) as refusal:
        cage.open(BytesSource(data), name)
    assert refusal.value.says.endswith(".")
    assert refusal.value.do.endswith(".")
    return refusal.value


def has_ink(bitmap: Bitmap) -> bool:
    return any(level < 128 for level in bitmap.data[::4])


def test_every_file_of_the_corpus_is_shown_or_said_to_be_handed_over(corpus: Path, cage: Cage) -> None:
    wrong, shown, handed_over = [], 0, 0
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        files = [(row["file"], row["class"]) for row in csv.DictReader(manifest)]
    for name, known_as in files:
        source = PathSource(corpus / name)
        showable = can_show(kind_of(source.read_at(0, HEAD), name))
        try:
            with cage.open(source, Path(name).name) as document:
                shown += 1
                for page in range(min(document.page_count, 3)):
                    bitmap = document.render(page, 1.0)
                    assert len(bitmap.data) == bitmap.stride * bitmap.height
                    document.page_text(page)
            if not showable or known_as == "encrypted":
                wrong.append((name, "shown"))
        except KnownError as refusal:
            handed_over += 1
            expected = "evidence_encrypted" if showable and known_as == "encrypted" else "evidence_not_shown"
            if refusal.code != expected:
                wrong.append((name, f"{refusal.code}: {refusal.details}"))
    assert wrong == []
    assert (shown, handed_over) == (21, 51)


def test_the_cage_looks_into_every_file_as_the_look_itself_does(corpus: Path, cage: Cage) -> None:
    for path in sorted(corpus.glob("*/*")):
        source = PathSource(path)
        told, found = cage.inspect(source, path.name), inspect(source, path.name)
        assert (told.verdict, told.kind, told.says) == (found.verdict, found.kind, found.says)
        assert [(entry.name, entry.size) for entry in told.entries] == [
            (entry.name, entry.size) for entry in found.entries
        ]


def test_a_pdf_shows_its_pages_words_and_hits(cage: Cage) -> None:
    source = BytesSource(pdf([words("Unit 502 was marked"), words("Unit 503 too"), words("nothing here")]))
    with cage.open(source, "sheet.pdf") as document:
        assert document.kind == "pages"
        assert document.page_count == 3
        assert document.page_sizes == ((200.0, 100.0),) * 3
        assert document.remark == ""
        assert document.page_text(0) == "Unit 502 was marked"
        bitmap = document.render(0, 2.0)
        assert (bitmap.width, bitmap.height, bitmap.stride, bitmap.scale) == (400, 200, 1600, 2.0)
        assert bitmap.data[:4] == b"\xff\xff\xff\xff"
        assert set(bitmap.data[3::4]) == {255}
        assert has_ink(bitmap)
        hits = document.find("uNIT")
        assert [hit.page for hit in hits] == [0, 1]
        ((left, top, right, bottom),) = hits[0].rects
        assert 19 < left < right < 50
        assert 35 < top < bottom < 55
        assert document.find("  ") == []
        assert document.find("absent") == []


@pytest.mark.parametrize("name", ["ok/testPDF_rotated.pdf", "ok/testPDF.pdf", "ok/google-doc-document.pdf"])
def test_hits_lie_where_the_words_are_drawn_whatever_way_the_page_is_turned(
    corpus: Path, cage: Cage, name: str
) -> None:
    with cage.open(PathSource(corpus / name), name) as document:
        hits = [hit for hit in document.find("the") if hit.page == 0]
        bitmap = document.render(0, 2.0)
        assert hits
        for hit in hits:
            for left, top, right, bottom in hit.rects:
                assert 0 <= left < right <= document.page_sizes[0][0]
                assert 0 <= top < bottom <= document.page_sizes[0][1]
                rows = range(int(top * 2), int(bottom * 2))
                start, end = int(left * 2) * 4, int(right * 2) * 4
                ink = [bitmap.data[y * bitmap.stride + start : y * bitmap.stride + end] for y in rows]
                assert min(min(row) for row in ink if row) < 128


def test_what_was_filled_into_a_form_is_drawn(corpus: Path, cage: Cage) -> None:
    with cage.open(PathSource(corpus / "ok/testPDF_acroform3.pdf"), "form.pdf") as document:
        assert has_ink(document.render(0, 1.0))
        assert document.page_text(0)


def test_a_page_too_large_for_a_sane_bitmap_is_drawn_smaller(cage: Cage) -> None:
    with cage.open(BytesSource(pdf([words("hello")])), "a.pdf") as document:
        bitmap = document.render(0, 1_000.0)
        assert bitmap.width * bitmap.height <= 25_000_000
        assert bitmap.scale == pytest.approx(bitmap.width / 200, rel=0.01)
        for scale in (0.0, -1.0, float("nan"), float("inf")):
            with pytest.raises(ValueError, match="scale"):
                document.render(0, scale)


def test_a_broken_page_costs_only_itself(cage: Cage) -> None:
    with cage.open(
        BytesSource(pdf([words("one"), words("two"), words("three")], missing={1})), "a.pdf"
    ) as document:
        assert document.page_count == 3
        for act in (document.page_text, lambda page: document.render(page, 1.0)):
            with pytest.raises(KnownError) as refusal:
                act(1)
            assert refusal.value.code == "evidence_page_unreadable"
        assert document.page_text(0) == "one"
        assert has_ink(document.render(2, 1.0))
        assert [hit.page for hit in document.find("t")] == [2]


def test_the_real_pdf_with_a_bad_page_shows_its_pages(corpus: Path, cage: Cage) -> None:
    with cage.open(PathSource(corpus / "damaged/testPDF_bad_page_303226.pdf"), "bad.pdf") as document:
        assert document.page_count == 19
        assert all(has_ink(document.render(page, 0.5)) for page in range(document.page_count))


def test_a_script_on_a_page_is_never_run(corpus: Path, cage: Cage) -> None:
    with cage.open(PathSource(corpus / "hostile-or-odd/testPDF_jsActionOnPage.pdf"), "js.pdf") as document:
        assert not has_ink(document.render(0, 1.0))
        assert document.page_text(0) == ""


def test_M47_a_locked_pdf_is_said_to_be_locked(corpus: Path, cage: Cage) -> None:
    data = (corpus / "encrypted/testPassword4Spaces.pdf").read_bytes()
    refusal = refusal_of(cage, data, "locked.pdf")
    assert refusal.code == "evidence_encrypted"
    assert "password" in refusal.says


def test_kinds_that_are_not_shown_are_refused_without_looking_into_them(cage: Cage) -> None:
    assert refusal_of(cage, b"PK\x03\x04", "a.docx").code == "evidence_not_shown"


@pytest.mark.parametrize("name", ["a.pdf", "a.png"])
@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 and nothing more", b"\x89PNG\r\n\x1a\nbroken", bytes(5_000)]
)
def test_a_file_that_is_not_what_it_says_costs_a_message(cage: Cage, name: str, data: bytes) -> None:
    assert refusal_of(cage, data, name).code == "evidence_unreadable"


def test_a_decompression_bomb_costs_a_message(cage: Cage) -> None:
    refusal = refusal_of(cage, bomb_png(), "bomb.png")
    assert refusal.code == "evidence_too_large"


def test_a_page_without_end_is_stopped_and_the_others_go_on() -> None:
    with Cage(seconds=3) as cage, cage.open(BytesSource(endless_pdf()), "endless.pdf") as document:
        with pytest.raises(KnownError) as refusal:
            document.render(1, 1.0)
        assert refusal.value.code == "evidence_too_slow"
        assert has_ink(document.render(0, 1.0))


class KillingSource(BytesSource):
    """A file whose reading kills every child made since, once it has been armed."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.armed = False
        # Other tests of the same worker may have children that live on.
        self._before = children()

    def kill(self) -> list[psutil.Process]:
        mine = [psutil.Process(child) for child in children() - self._before]
        for child in mine:
            child.kill()
        return mine

    def read_at(self, offset: int, length: int) -> bytes:
        if self.armed:
            self.armed = False
            self.kill()
        return super().read_at(offset, length)


def test_a_child_killed_in_the_middle_costs_a_message_and_nothing_more() -> None:
    source = KillingSource(pdf([words("one"), words("two")]))
    with Cage() as cage:
        source.armed = True
        with pytest.raises(KnownError) as refusal:
            # The first read is the parent's own, of the head; the next is the child's.
            cage.open(_Late(source), "a.pdf")
        assert refusal.value.code == "evidence_unreadable"
        assert "exit status -9" in refusal.value.details
        with cage.open(source, "a.pdf") as document:
            for child in source.kill():
                child.wait()
            assert document.page_text(1) == "two"


class _Late:
    """Leaves the first read to the plain file."""

    def __init__(self, source: KillingSource) -> None:
        self._source = source
        self._first = True
        self.size = source.size

    def read_at(self, offset: int, length: int) -> bytes:
        if self._first:
            self._first = False
            armed, self._source.armed = self._source.armed, False
            try:
                return self._source.read_at(offset, length)
            finally:
                self._source.armed = armed
        return self._source.read_at(offset, length)


class FailingSource(BytesSource):
    """A file whose first read succeeds and whose next fails, as a damaged copy in the vault does."""

    reads = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise KnownError("file_damaged", "The copy is damaged.", "Fetch it again.")
        return super().read_at(offset, length)


def test_what_the_source_says_goes_through(cage: Cage) -> None:
    with pytest.raises(KnownError) as refusal:
        cage.open(FailingSource(pdf([words("one")])), "a.pdf")
    assert refusal.value.code == "file_damaged"
    with pytest.raises(KnownError, match="The copy is damaged"):
        cage.inspect(
            FailingSource(pdf([words("one")], {50: stream_object(bytes(300_000)), 200: b"null"})), "a.pdf"
        )


def test_an_encrypted_file_is_shown_straight_from_the_vault(tmp_path: Path, cage: Cage) -> None:
    store = FileStore(tmp_path)
    sealed = store.open(*store.add(pdf([words("kept safe")])))
    with cage.open(sealed, "a.pdf") as document:
        assert document.page_text(0) == "kept safe"
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(ValueError, match="closed"):
        sealed.read_at(0, 1)


@pytest.mark.parametrize("name", ["not shown.docx", "broken.pdf"])
def test_a_file_that_cannot_be_opened_is_closed_all_the_same(tmp_path: Path, cage: Cage, name: str) -> None:
    store = FileStore(tmp_path)
    sealed = store.open(*store.add(b"\x00\x01"))
    with pytest.raises(KnownError):
        cage.open(sealed, name)
    with pytest.raises(ValueError, match="closed"):
        sealed.read_at(0, 1)


class CountingSource(BytesSource):
    """Counts what is read of it."""

    count = total = 0

    def read_at(self, offset: int, length: int) -> bytes:
        data = super().read_at(offset, length)
        self.count += 1
        self.total += len(data)
        return data


def test_only_what_is_needed_of_a_large_file_crosses_the_pipe(cage: Cage) -> None:
    source = CountingSource(pdf([words("first")], {50: stream_object(bytes(40 << 20)), 200: b"null"}))
    with cage.open(source, "large.pdf") as document:
        assert document.page_text(0) == "first"
    assert source.total < 2 << 20
    assert source.count < 20


def test_a_document_closed_in_the_middle_of_a_call_says_so() -> None:
    with Cage(seconds=60) as cage:
        document = cage.open(BytesSource(endless_pdf()), "endless.pdf")
        begun = threading.Event()
        codes: list[str] = []

        def render() -> None:
            begun.set()
            try:
                document.render(1, 1.0)
            except KnownError as refusal:
                codes.append(refusal.code)

        thread = threading.Thread(target=render)
        thread.start()
        begun.wait()
        document.close()
        thread.join(30)
        assert codes == ["evidence_closed"]
        with pytest.raises(KnownError, match="closed"):
            document.page_text(0)


def test_several_threads_may_ask_at_once(cage: Cage) -> None:
    with cage.open(BytesSource(pdf([words(f"page {page}") for page in range(8)])), "a.pdf") as document:
        found: dict[int, str] = {}

        def ask(page: int) -> None:
            document.render(page, 1.0)
            found[page] = document.page_text(page)

        threads = [threading.Thread(target=ask, args=(page,)) for page in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {page: f"page {page}" for page in range(8)}


def test_closing_the_cage_leaves_no_process_behind() -> None:
    before = children()
    cage = Cage()
    assert children() == before
    cage.warm()
    cage.warm()
    assert len(children() - before) == 1
    documents: list[Document] = [cage.open(BytesSource(b"hello"), f"{number}.txt") for number in range(3)]
    assert len(children() - before) == 4
    documents[0].close()
    documents[0].close()
    assert len(children() - before) == 3
    cage.close()
    cage.close()
    assert children() == before
    for act in (lambda: cage.open(BytesSource(b"hello"), "a.txt"), documents[1].text):
        with pytest.raises(KnownError) as refusal:
            act()
        assert refusal.value.code == "evidence_closed"
    cage.warm()
    assert children() == before


def test_the_spare_child_is_the_one_that_opens_the_next_file() -> None:
    before = children()
    with Cage() as cage:
        cage.warm()
        (spare,) = children() - before
        with cage.open(BytesSource(b"hello"), "a.txt") as document:
            assert document.text() == "hello"
            assert spare in children()
        assert spare not in children()


def test_pictures_are_one_page(cage: Cage) -> None:
    with cage.open(BytesSource(picture((96, 48))), "a.png") as document:
        assert (document.kind, document.page_count, document.page_sizes) == ("image", 1, ((72.0, 36.0),))
        bitmap = document.render(0, 96 / 72)
        assert (bitmap.width, bitmap.height) == (96, 48)
        assert bitmap.data == b"\x00\x00\xff\xff" * (96 * 48)
        assert document.page_text(0) == document.text() == ""
        assert document.find("x") == []
        with pytest.raises(KnownError, match="page"):
            document.render(1, 1.0)
