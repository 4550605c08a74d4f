"""`touchstone inspect FILE…`: what each file is, and whether a centre's upload of it would be refused."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.domain.errors import KnownError

if TYPE_CHECKING:
    from app.evidence.verdicts import Judged

Commands = Any
"""What ``ArgumentParser.add_subparsers`` gives; argparse keeps its type to itself."""


def add_command(commands: Commands) -> None:
    """Adds ``inspect`` to the command line."""
    command = commands.add_parser(
        "inspect",
        help="tell whether files can be read, and what is wrong with those that cannot",
        description="Looks into each file in a process of its own that can neither write, nor start anything, nor "
        "reach a network. Nothing is unpacked or run.",
    )
    command.add_argument("files", nargs="+", metavar="FILE", help="the files to look into")
    command.add_argument("--json", action="store_true", help="one JSON object per line")
    command.set_defaults(func=_inspect)


def _inspect(arguments: argparse.Namespace) -> int:
    """0 when every file was looked at, whatever was found; 1 when one could not be."""
    from app.evidence.verdicts import judge_file

    code = 0
    for name in arguments.files:
        try:
            judged = judge_file(Path(name))
        except (OSError, KnownError) as error:
            reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            print(f"touchstone: “{name}” could not be looked at: {reason}", file=sys.stderr)
            code = 1
            continue
        print(json.dumps(as_data(name, judged)) if arguments.json else in_words(name, judged), flush=True)
    return code


def as_data(name: str, judged: Judged) -> dict[str, Any]:
    """``file, verdict, kind, reason`` and, of an archive, ``entries`` with ``name`` and ``size`` in bytes."""
    told: dict[str, Any] = {
        "file": name,
        "verdict": str(judged.verdict),
        "kind": str(judged.kind),
        "reason": f"{judged.reason} {judged.do}".strip(),
    }
    if judged.entries:
        told["entries"] = [{"name": entry.name, "size": entry.size} for entry in judged.entries]
    return told


def in_words(name: str, judged: Judged) -> str:
    """One line for people."""
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
    return f"{plain}: {judged.verdict} ({judged.kind}). {judged.reason} {judged.do}".rstrip()
