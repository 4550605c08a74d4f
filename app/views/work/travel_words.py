"""What is said about taking evidence along, wherever it is said."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.domain.dates import clock_time, moment
from app.views.work.sizes import size_words
from app.workspace.travel_plan import RESERVE, Stage, TravelNeed, TravelProgress, TravelReport


def _tr(words: str) -> str:
    return QCoreApplication.translate("Travel", words)


def files_words(count: int) -> str:
    """How many files."""
    return _tr("1 file") if count == 1 else _tr("{n} files").format(n=count)


def progress_words(progress: TravelProgress | None) -> str:
    """What is being done and how far it is."""
    if progress is None or progress.stage is Stage.SYNC:
        return _tr("Asking the service for what is new…")
    words = _tr("Fetching") if progress.stage is Stage.FETCH else _tr("Checking")
    return _tr("{doing} {done} of {files}, {here} of {whole}").format(
        doing=words,
        done=progress.done,
        files=files_words(progress.total),
        here=size_words(max(0, progress.bytes_done)),
        whole=size_words(progress.bytes_total),
    )


def share(progress: TravelProgress | None) -> tuple[int, int]:
    """Value and end of a progress bar; (0, 0) when nobody can tell. A bar counts in 32 bits, bytes do not."""
    if progress is None or not progress.bytes_total:
        return 0, 0
    return round(1000 * max(0, progress.bytes_done) / progress.bytes_total), 1000


def need_words(need: TravelNeed) -> str:
    """What a choice costs and whether it fits."""
    if not need.files:
        return _tr("Nothing is chosen yet · free {free}").format(free=size_words(need.free))
    chosen = _tr("{files}, {size}").format(files=files_words(need.files), size=size_words(need.size))
    if not need.fits:
        says = _tr(
            "{chosen} · too little room: {fetch} to fetch, {free} free, {reserve} kept for your own work."
        )
        told = says.format(
            chosen=chosen,
            fetch=size_words(need.size_to_fetch),
            free=size_words(need.free),
            reserve=size_words(RESERVE),
        )
        return f"{told} {room_words(need.short_by, less_helps=need.less_helps)}"
    fetch = (
        _tr("to fetch {size}").format(size=size_words(need.size_to_fetch))
        if need.to_fetch
        else _tr("nothing to fetch")
    )
    return _tr("{chosen} · {fetch} · free {free}").format(
        chosen=chosen, fetch=fetch, free=size_words(need.free)
    )


def room_words(short_by: int, *, less_helps: bool) -> str:
    """What to do where the disk lacks so many bytes."""
    if less_helps:
        return _tr("Choose less, or make room for another {size}.").format(size=size_words(short_by))
    return _tr("Make room for another {size}.").format(size=size_words(short_by))


def outcome_words(report: TravelReport) -> str:
    """The outcome in one line."""
    if report.ready:
        return _tr("Ready to travel: {files}, {size}, checked at {time}").format(
            files=files_words(report.files),
            size=size_words(report.size),
            time=clock_time(report.ended_at),
        )
    if report.whole:
        return _tr("Not ready: every chosen file is here, but only as at {moment}").format(
            moment=as_at_words(report)
        )
    missing = report.files - report.agreed
    if not report.files:
        return _tr("Not ready: nothing of what was chosen can come along")
    return _tr("Not ready: {n} of {files} missing").format(n=missing, files=files_words(report.files))


def as_at_words(report: TravelReport) -> str:
    """When all was last in step with the service."""
    return moment(report.as_at) if report.as_at is not None else _tr("never")
