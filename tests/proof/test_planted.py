"""Every planted fault is noticed: a proof that cannot fail proves nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.proof.planted import PLANTED, Planted, Stories
from tests.proof.planting import Unplantable, ask, copy_tree, plant


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_fault_is_noticed(planted: Planted, tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    plant(tree, planted)
    noticed, said = ask(tree, planted.proof)
    assert noticed, said


def test_there_are_at_least_twenty() -> None:
    assert len({planted.name for planted in PLANTED}) == len(PLANTED) >= 20


def test_a_tree_without_a_fault_passes(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    assert ask(tree, Stories("", first=1, most=3)) == (False, f"playing with {tree / 'app'}\n")


def test_a_fault_whose_place_is_gone_is_told(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    with pytest.raises(Unplantable):
        plant(tree, replace(PLANTED[0], before="no such text"))
