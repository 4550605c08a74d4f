"""Plays stories until one is violated: ``python -m tests.proof.planted_child FIRST MOST WORDS``; then it ends with 1.

Only a violation that says WORDS counts, so that each fault is noticed for what it is.
"""

from __future__ import annotations

import sys

import app
from app.cli.soak.ground import ground
from app.cli.soak.story import run_story


def main(first: int, most: int, words: str) -> int:
    sys.stdout.write(f"playing with {app.__path__[0]}\n")
    with ground() as on:
        for seed in range(first, first + most):
            story = run_story(seed, 60, on)
            told = [violation for violation in story.violations if words in violation]
            if told:
                sys.stdout.write("\n".join((f"VIOLATED by seed {seed}", *told[:5], "")))
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
