"""The `touchstone` command. Heavy imports happen only in the command that needs them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from app.domain.errors import KnownError

VERSION = "0.1.0"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: 0 done, 1 could not be done (said in words), 2 wrong usage."""
    parser = make_parser()
    namespace = parser.parse_args(arguments)
    try:
        code: int = namespace.func(namespace)
    except KnownError as error:
        print(f"touchstone: {error.says} {error.do}".rstrip(), file=sys.stderr)
        return 1
    except OSError as error:
        # A place named on the command line, or the disk itself: nothing a trace would explain better.
        place = f" “{error.filename}”" if error.filename else ""
        print(f"touchstone: The place{place} cannot be used: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def make_parser() -> argparse.ArgumentParser:
    """The whole command line; names and options are fixed, scripts rely on them."""
    from app.cli import inspect, sample, service

    parser = argparse.ArgumentParser(
        prog="touchstone",
        description="Moderation and quality review for the people who decide "
        "whether a qualification may be certificated.",
        epilog="Without a command the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"Touchstone {VERSION}")
    parser.set_defaults(func=_open)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    command = commands.add_parser("open", help="open the window (the default)")
    command.set_defaults(func=_open)

    command = commands.add_parser(
        "demo",
        help="show Touchstone with invented data",
        description="Starts a central service on this computer with invented data and opens the window, "
        "signed in. Without a screen it runs the tour instead.",
    )
    command.add_argument(
        "--role",
        choices=("moderator", "reviewer", "manager"),
        default="moderator",
        help="whose work to show (default: moderator)",
    )
    command.add_argument(
        "--fresh", action="store_true", help="begin anew, forgetting the former demonstration"
    )
    command.set_defaults(func=_demo)

    command = commands.add_parser(
        "tour",
        help="do the main job without a person, with screenshots",
        description="Signs in, fetches, stops the service, judges every sample of one request offline through "
        "the windows a person uses, exports the report, starts the service again, syncs, and compares.",
    )
    command.add_argument(
        "--out", required=True, metavar="DIR", help="folder for screenshots, PDF and tour.json"
    )
    command.add_argument("--theme", choices=("light", "dark"), default="light", help="default: light")
    command.add_argument(
        "--scale", type=int, choices=(100, 125, 150, 200), default=100, help="per cent (default: 100)"
    )
    command.set_defaults(func=_tour)

    command = commands.add_parser("sync", help="send and fetch once, without a window")
    command.set_defaults(func=_sync)

    command = commands.add_parser("status", help="tell what waits on this computer, without a window")
    command.add_argument("--json", action="store_true", help="as JSON")
    command.set_defaults(func=_status)

    command = commands.add_parser(
        "bench",
        help="measure the speed of everything that people wait for",
        description="Each benchmark stands beside its floor, measured in the same run.",
    )
    command.add_argument("--json", metavar="FILE", help="write the results as JSON")
    command.add_argument("--only", metavar="NAME", help="run only the benchmarks of this name")
    command.set_defaults(func=_bench)

    command = commands.add_parser(
        "soak",
        help="try the sync protocol under every fault, in many random stories",
        description="Plays stories of laptops and a service in one process, each from its seed, with lost and "
        "doubled messages, killed programs, old disks and lost days, and holds them to the protocol's invariants.",
    )
    command.add_argument("--seeds", type=_count, default=200, metavar="N", help="stories (default: 200)")
    command.add_argument("--steps", type=_count, default=60, metavar="N", help="steps of each (default: 60)")
    command.add_argument("--first", type=int, default=0, metavar="SEED", help="the first seed (default: 0)")
    command.add_argument(
        "--jobs", type=_count, metavar="N", help="processes (default: as many as there are cores)"
    )
    command.add_argument("--json", metavar="FILE", help="write the counts as JSON")
    command.set_defaults(func=_soak)

    inspect.add_command(commands)
    sample.add_command(commands)
    service.add_commands(commands)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return number


def _open(_: argparse.Namespace) -> int:
    from app.cli import window

    return window.open_window()


def _demo(arguments: argparse.Namespace) -> int:
    from app.cli import demo

    return demo.run(arguments.role, fresh=arguments.fresh)


def _tour(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from app.cli import tour

    return tour.run(Path(arguments.out), theme=arguments.theme, scale=arguments.scale)


def _sync(_: argparse.Namespace) -> int:
    from app.cli import headless

    return headless.sync()


def _status(arguments: argparse.Namespace) -> int:
    from app.cli import headless

    return headless.status(as_json=arguments.json)


def _bench(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from app.cli import bench

    return bench.run(Path(arguments.json) if arguments.json else None, arguments.only)


def _soak(arguments: argparse.Namespace) -> int:
    import os
    from pathlib import Path

    from app.cli.soak import command

    jobs = arguments.jobs or os.cpu_count() or 1
    target = Path(arguments.json) if arguments.json else None
    return command.run(arguments.seeds, arguments.steps, arguments.first, jobs, target)
