"""`touchstone inspect`: one object for each file, in order; its code tells whether all were looked at."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pytest

from app.cli import make_parser
from app.cli.inspect import add_command
from tests.evidence.making import archive, pdf, words


def run(*arguments: str) -> int:
    """The command as its own parser understands it."""
    parser = argparse.ArgumentParser()
    add_command(parser.add_subparsers())
    namespace = parser.parse_args(["inspect", *arguments])
    code: int = namespace.func(namespace)
    return code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sheet.pdf").write_bytes(pdf([words("x")]))
    (tmp_path / "work.zip").write_bytes(archive({"essay.txt": b"hello", "folder/b.txt": b"x"}))
    (tmp_path / "out.zip").write_bytes(archive({"../../x": b"hello"}))
    return tmp_path


def test_each_file_is_one_object_of_the_fixed_shape(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(folder / name) for name in ("work.zip", "sheet.pdf", "out.zip")]
    assert run("--json", *names) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [found["file"] for found in told] == names
    work, sheet, out = told
    assert sheet == {
        "file": names[1],
        "verdict": "ok",
        "kind": "pdf",
        "reason": "Nothing is wrong with this file.",
    }
    assert list(work) == ["file", "verdict", "kind", "reason", "entries"]
    assert work["entries"] == [{"name": "essay.txt", "size": 5}, {"name": "folder/b.txt", "size": 1}]
    assert (out["verdict"], out["kind"]) == ("hostile", "archive")
    assert "outside its own folder" in out["reason"]
    assert "Save or pack the work again" in out["reason"]


def test_M47_the_reason_of_a_refusal_says_what_to_do(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--json", str(corpus / "encrypted/testPassword4Spaces.pdf")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "encrypted"
    assert "protected with a password" in told["reason"]
    assert "without a password" in told["reason"]
    assert "entries" not in told


def test_an_odd_file_is_unknown_but_accepted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "drawing.skp").write_bytes(b"\1\2\3\4" * 20)
    assert run("--json", str(folder / "drawing.skp")) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "unknown-but-accepted"


def test_without_json_people_read_one_line_each(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder / "sheet.pdf"), str(folder / "out.zip")) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{folder / 'sheet.pdf'}: ok (pdf). Nothing is wrong with this file."
    assert second.startswith(f"{folder / 'out.zip'}: hostile (archive). This archive holds a file")


def test_a_file_that_is_not_there_does_not_keep_the_others_from_being_looked_at(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--json", str(folder / "absent.pdf"), str(folder), str(folder / "sheet.pdf")) == 1
    told = capsys.readouterr()
    assert [json.loads(line)["verdict"] for line in told.out.splitlines()] == ["ok"]
    assert "absent.pdf” could not be looked at: No such file" in told.err
    assert "not an ordinary file" in told.err


@pytest.mark.skipif(os.name == "nt", reason="a name no other system allows")
def test_a_name_cannot_write_on_the_screen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = folder / "a\x1b[2J\nb.pdf"
    name.write_bytes(pdf([words("x")]))
    assert run(str(name)) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert len(told.splitlines()) == 1
    assert run("--json", str(name)) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(name)


def test_the_command_line_knows_it() -> None:
    namespace = make_parser().parse_args(["inspect", "a.pdf", "b.zip", "--json"])
    assert namespace.files == ["a.pdf", "b.zip"]
    assert namespace.json is True
