"""``touchstone service …``: running the central service and looking after it."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import allocating, mails, set_password
from app.domain.errors import KnownError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from app.domain.people import Grant
    from app.service.settings import Settings


_ROLES = (
    "moderator",
    "reviewer",
    "quality_manager",
    "support",
    "centre_staff",
    "programme_director",
    "head_of_centre",
)


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds ``service`` and its commands. Each sets ``func``, which takes the namespace and returns an exit code."""
    service = subparsers.add_parser(
        "service",
        help="run and look after the central service",
        description="Run the central service and look after it.",
    )
    commands = service.add_subparsers(dest="service_command", required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--database-url",
        metavar="URL",
        help="sqlite:///FILE or postgresql://USER@HOST/NAME (default: TOUCHSTONE_DATABASE_URL, else a file of mine)",
    )
    shared.add_argument(
        "--files-url",
        metavar="URL",
        help="a folder, or s3://BUCKET and the like (default: TOUCHSTONE_FILES_URL, else a folder of mine)",
    )

    run = commands.add_parser("run", parents=[shared], help="serve until stopped")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.add_argument(
        "--port", type=int, default=8610, help="port; 0 takes any free one (default: %(default)s)"
    )
    run.add_argument(
        "--workers", type=int, default=1, help="processes; more than one needs PostgreSQL (default: 1)"
    )
    run.add_argument(
        "--trusted-proxy",
        default="",
        metavar="ADDRESS",
        help="address of the proxy in front, which is believed about where requests come from (default: nobody is)",
    )
    run.set_defaults(func=_run)

    init = commands.add_parser("init", parents=[shared], help="set up the database, or bring it up to date")
    init.set_defaults(func=_init)

    user = commands.add_parser("add-user", parents=[shared], help="make an account, or give it another role")
    user.add_argument("--email", required=True, help="the person's e-mail address; it is the login name")
    user.add_argument("--name", required=True, help="the person's name")
    user.add_argument(
        "--role",
        required=True,
        choices=_ROLES,
        help="what the person is here for",
    )
    user.add_argument("--centre", metavar="NUMBER", help="the centre, for centre staff")
    user.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    user.set_defaults(func=_add_user)

    set_password.add_command(commands, shared, _engine_of, _password)

    dismissed = commands.add_parser("remove-role", parents=[shared], help="take a role away from somebody")
    dismissed.add_argument("--email", required=True, help="the person's e-mail address")
    dismissed.add_argument("--role", required=True, choices=_ROLES, help="the role they no longer have")
    dismissed.add_argument("--centre", metavar="NUMBER", help="the centre, for centre staff")
    dismissed.set_defaults(func=_remove_role)

    importing = commands.add_parser(
        "import", parents=[shared], help="import centres, qualifications, units, learners, registrations"
    )
    importing.add_argument("folder", metavar="DIR", type=Path, help="the folder with the CSV files")
    importing.set_defaults(func=_import)

    attach = commands.add_parser("attach", parents=[shared], help="attach evidence to a request")
    attach.add_argument("--request", required=True, metavar="NUMBER", help="the request's number")
    attach.add_argument(
        "--by",
        default="",
        metavar="EMAIL",
        help="somebody who claims for the centre, whose files they are (default: who submitted the claim)",
    )
    attach.add_argument("--sample", type=int, default=0, metavar="N", help="position of the sample")
    attach.add_argument("--kind", required=True, help="kind of evidence, such as learner_work")
    attach.add_argument("files", nargs="+", type=Path, metavar="FILE")
    attach.set_defaults(func=_attach)

    assign = commands.add_parser("assign", parents=[shared], help="give a request to a moderator")
    assign.add_argument("--request", required=True, metavar="NUMBER", help="the request's number")
    assign.add_argument("--moderator", required=True, metavar="EMAIL", help="the moderator's address")
    assign.set_defaults(func=_assign)

    allocating.add_commands(commands, shared, _engine_of)

    ticking = commands.add_parser(
        "tick",
        parents=[shared],
        help="do what time alone brings about: archive, warn, settle; safe to run at any time",
    )
    ticking.set_defaults(func=_tick)

    mails.add_command(commands, shared, _engine_of)

    revoke = commands.add_parser("revoke", parents=[shared], help="sign a person out everywhere")
    revoke.add_argument("--email", required=True, help="the person's e-mail address")
    revoke.set_defaults(func=_revoke)

    backup = commands.add_parser(
        "backup",
        parents=[shared],
        help="copy an SQLite database and its files; the service may run meanwhile",
    )
    backup.add_argument("folder", metavar="FOLDER", type=Path, help="where the copy lies, or will lie")
    backup.set_defaults(func=_backup)

    begin = commands.add_parser(
        "backup-begin",
        parents=[shared],
        help="print the number to give to backup-done; before a backup of your own",
    )
    begin.set_defaults(func=_backup_begin)

    done = commands.add_parser(
        "backup-done", parents=[shared], help="note that a backup of your own has come to its end"
    )
    done.add_argument("number", metavar="NUMBER", type=int, help="what backup-begin printed before it")
    done.set_defaults(func=_backup_done)


def _settings(options: argparse.Namespace) -> Settings:
    from app.service.settings import Settings, default_database_url, default_files_url

    # What the service keeps is its operator's alone: accounts, learners, evidence.
    os.umask(0o077)
    return Settings(
        database_url=options.database_url or default_database_url(),
        files_url=options.files_url or default_files_url(),
        host=getattr(options, "host", "127.0.0.1"),
        port=getattr(options, "port", 0),
        workers=getattr(options, "workers", 1),
        trusted_proxy=getattr(options, "trusted_proxy", ""),
    )


def _ready_engine(settings: Settings) -> Engine:
    from app.service.database import open_engine, require_current

    engine = open_engine(settings.database_url)
    require_current(engine)
    return engine


def _engine_of(options: argparse.Namespace) -> Engine:
    return _ready_engine(_settings(options))


def _run(options: argparse.Namespace) -> int:
    from app.service.main import run

    run(_settings(options))
    return 0


def _init(options: argparse.Namespace) -> int:
    from app.service.database import migrate, open_engine

    migrate(open_engine(_settings(options).database_url))
    print("The database is ready.")
    return 0


def _add_user(options: argparse.Namespace) -> int:
    from app.service.accounts import NewPerson, add_user, person_by_email
    from app.service.database import reading

    engine = _engine_of(options)
    grant = _grant(engine, options)
    with reading(engine) as connection:
        is_new = person_by_email(connection, options.email) is None
    # Somebody who has an account keeps its password, so none is asked for; what is made up here is never kept.
    password = _password(options.password_stdin) if is_new else secrets.token_urlsafe()
    person = add_user(engine, NewPerson(options.email, options.name, password, (grant,)))
    print(f"{person.name} can sign in as {person.email}: {grant.role.words}.")
    return 0


def _remove_role(options: argparse.Namespace) -> int:
    from app.service.accounts import take_roles

    engine = _engine_of(options)
    grant = _grant(engine, options)
    person = take_roles(engine, options.email, [grant])
    print(f"{person.name} does not have this role any more: {grant.role.words}.")
    return 0


def _grant(engine: Engine, options: argparse.Namespace) -> Grant:
    from sqlalchemy import select

    from app.domain.people import Grant, Role
    from app.service.database import reading
    from app.service.tables import centres

    centre_id = None
    if options.centre:
        with reading(engine) as connection:
            centre_id = connection.scalar(select(centres.c.id).where(centres.c.number == options.centre))
        if centre_id is None:
            raise KnownError("centre_unknown", f"There is no centre {options.centre}.")
    return Grant(Role(options.role), centre_id)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        first = getpass.getpass("Password: ")
        second = getpass.getpass("Once more: ")
    except EOFError as error:
        raise KnownError(
            "password_missing",
            "No password was given, and nobody is here to type one.",
            "Run this in a terminal, or give the password with --password-stdin.",
        ) from error
    if second != first:
        raise KnownError("passwords_differ", "The two passwords differ.", "Type the same one twice.")
    return first


def _import(options: argparse.Namespace) -> int:
    from app.service.importer import import_folder

    print(import_folder(_engine_of(options), options.folder))
    return 0


def _attach(options: argparse.Namespace) -> int:
    from app.domain.evidence import EvidenceKind
    from app.service.blobs import BlobStore
    from app.service.hand_in import hand_in_for
    from app.service.settings import present

    known = [kind.value for kind in EvidenceKind]
    if options.kind not in known:
        raise KnownError(
            "kind_unknown", f"“{options.kind}” is no kind of evidence.", f"Choose one of: {', '.join(known)}."
        )
    settings = _settings(options)
    taken = hand_in_for(
        _ready_engine(settings),
        BlobStore(settings.files_url),
        options.by,
        options.request,
        options.sample,
        EvidenceKind(options.kind),
        options.files,
        present(),
    )
    for file in taken:
        if file.warning:
            print(f"{file.name}: {file.warning}")
    count = len(taken)
    print(f"{count} {'file' if count == 1 else 'files'} attached to {options.request}.")
    return 0


def _assign(options: argparse.Namespace) -> int:
    from app.service.assignments import assign_moderator

    assign_moderator(_engine_of(options), options.request, options.moderator)
    print(f"{options.request} is assigned to {options.moderator}.")
    return 0


def _tick(options: argparse.Namespace) -> int:
    from app.service.settings import present
    from app.service.tick import tick

    print(f"{tick(_engine_of(options), present())}.")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    from app.service.accounts import revoke_everything

    count = revoke_everything(_engine_of(options), options.email)
    print(f"{options.email} is signed out everywhere ({count} sign-ins ended).")
    return 0


def _backup(options: argparse.Namespace) -> int:
    from app.service.backups import back_up

    settings = _settings(options)
    engine = _ready_engine(settings)
    durable = back_up(engine, settings.database_url, settings.files_url, options.folder)
    print(f"Everything up to {durable} is backed up in {options.folder}.")
    return 0


def _backup_begin(options: argparse.Namespace) -> int:
    from app.service.backups import begin_backup

    print(begin_backup(_engine_of(options)))
    return 0


def _backup_done(options: argparse.Namespace) -> int:
    from app.service.backups import finish_backup

    finish_backup(_engine_of(options), options.number)
    print(f"Everything up to {options.number} counts as backed up.")
    return 0
