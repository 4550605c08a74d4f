"""Copies the source tree, plants one fault in the copy, and asks a proof in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.proof.planted import Planted, Stories, Tests

REPOSITORY = Path(__file__).resolve().parents[2]
_SECONDS = 240
_FAILED = 1


class Unplantable(Exception):
    """The text to be replaced does not stand there once: the table must follow the source."""


def copy_tree(folder: Path) -> Path:
    """A source tree that Python takes in place of this one. Compiled modules come along, so that starting is quick."""
    tree = folder / "tree"
    for name in ("app", "tests"):
        shutil.copytree(REPOSITORY / name, tree / name)
    (tree / "resources").symlink_to(REPOSITORY / "resources", target_is_directory=True)
    shutil.copy2(REPOSITORY / "pyproject.toml", tree)
    return tree


def plant(tree: Path, planted: Planted) -> None:
    """Raises Unplantable unless the text stands in the file exactly once."""
    file = tree / planted.file
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    found = text.count(planted.before)
    if found != 1 or planted.before == planted.after:
        raise Unplantable(
            f"{planted.name}: “{planted.before.strip()}” stands {found} times in {planted.file}"
        )
    file.write_text(text.replace(planted.before, planted.after), encoding="utf-8")


def ask(tree: Path, proof: Stories | Tests) -> tuple[bool, str]:
    """Whether the proof noticed anything in this tree, and what it said. Raises AssertionError if it could not run."""
    if isinstance(proof, Stories):
        command = ["-m", "tests.proof.planted_child", str(proof.first), str(proof.most), proof.words]
    else:
        command = ["-m", "pytest", "-x", "-q", "-n0", "-p", "no:randomly", "-p", "no:cacheprovider"]
        command += [*(("-k", proof.only) if proof.only else ()), *proof.ids]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tree,
        env=inherited | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    said = done.stdout + done.stderr
    # A tree that cannot even be loaded proves nothing: stories say what was violated, pytest which test failed.
    told = "VIOLATED" in said if isinstance(proof, Stories) else " failed" in said
    assert done.returncode == 0 or (done.returncode == _FAILED and told), said
    return done.returncode == _FAILED, said
