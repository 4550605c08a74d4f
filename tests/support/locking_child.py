"""Another program that holds the file with the work, until its standard input is closed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from app.models.database import Database
from tests.support.desks import keys_of


def main() -> None:
    profile = Path(sys.argv[1])
    identifier = json.loads((profile / "profile.json").read_text())["id"]
    key = keys_of(profile.parent).get(identifier, "database-key")
    assert key is not None
    database = Database("work", profile / "work.db", key)
    with database.write():
        sys.stdout.write("locked\n")
        sys.stdout.flush()
        sys.stdin.read()
    database.close()


if __name__ == "__main__":
    main()
