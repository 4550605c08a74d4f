"""A central service of one's own on this computer: for the demonstration, the tour and the benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from app.domain.errors import KnownError


class LocalService:
    """A real service in a process of its own, on a free loopback port, with an embedded SQLite database.

    It ends with ``stop``, or by itself when this process dies however abruptly: it watches its standard input.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'service.db'}"

    @property
    def files_url(self) -> str:
        return (self.folder / "files").as_uri()

    def start(self) -> None:
        """Returns when the service answers. Raises KnownError ``service_did_not_start`` with what it said."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "service.log"
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "app.cli.house", "--port", str(self.port),
                    "--database-url", self.database_url, "--files-url", self.files_url,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode().strip()
        if not line.startswith("Touchstone service listens on"):
            self.stop()
            raise KnownError(
                "service_did_not_start",
                f"The central service did not start. {line}".rstrip(),
                f"What else it said is in {log}.",
                details=log.read_text(errors="replace")[-4000:],
            )
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self) -> None:
        """Ends the service cleanly and waits for it; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> LocalService:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _serve() -> None:
    """The child's side: a service that stops when whoever started it is gone."""
    import argparse
    import signal

    from app.service.main import Settings, run

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--files-url", required=True)
    arguments = parser.parse_args()

    def stop_with_parent() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    os.umask(0o077)
    threading.Thread(target=stop_with_parent, daemon=True).start()
    code = 0
    try:
        run(
            Settings(
                database_url=arguments.database_url,
                files_url=arguments.files_url,
                host="127.0.0.1",
                port=arguments.port,
                # Invented people get no mail, whatever mail server this computer's own service has.
                smtp_url="",
                mail_from="",
                public_url="",
            )
        )
    except KnownError as error:
        sys.stdout.write(f"{error.says} {error.do}\n")
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # The watching thread still reads standard input; an ordinary end of the interpreter would stumble over it.
    os._exit(code)


if __name__ == "__main__":
    _serve()
