"""The databases that scripts/bench compares Pledgebook with: each does the same import by SQL."""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from bench_rules import job

SCRIPTS = pathlib.Path(__file__).resolve().parent
VENV = SCRIPTS.parent / ".build" / "venv" / "bin" / "python"
# As someone who knows PostgreSQL sets it up for a large import; what makes a commit durable is on by default.
SETTINGS = """
listen_addresses = ''
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
autovacuum = off
"""


class LeftOut(Exception):
    """Why a peer cannot be measured here."""


def install(peer):
    told = subprocess.run(
        [SCRIPTS / "setup", peer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if told.returncode != 0:
        raise LeftOut(f"scripts/setup {peer} could not install it")


class DuckDB:
    """DuckDB in the Python environment of scripts/setup, run by scripts/bench_duckdb.py."""

    title = "DuckDB"
    has_peak = True

    def __init__(self, _):
        install("duckdb")
        self.version = self.python("-c", "import duckdb; print(duckdb.__version__)")

    def python(self, *arguments):
        told = subprocess.run([VENV, *arguments], capture_output=True, text=True, check=False)
        if told.returncode != 0:
            raise LeftOut("its Python package cannot be loaded")
        return told.stdout.strip()

    def run(self, name, bench, run):
        book = bench.work / "peer.duckdb"
        done = bench.timed(name, run(
            [VENV, SCRIPTS / "bench_duckdb.py", bench.campaign, bench.pledges, book], bench.environment(),
            bench.work))
        book.unlink()
        return done.said

    def stop(self):
        """Nothing is left running."""


class PostgreSQL:
    """A server of our own in a temporary folder, as a user who is not root; up only while it is measured."""

    title = "PostgreSQL"
    has_peak = False

    def __init__(self, folder):
        install("postgresql")
        self.programs = self.find_programs()
        self.user = self.find_user()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postgresql-", dir=folder))
        # The path of a socket is short.
        self.sockets = pathlib.Path(tempfile.mkdtemp(prefix="pledgebook-"))
        try:
            for each in (self.folder, self.sockets):
                each.chmod(0o755)
                if self.user:
                    shutil.chown(each, self.user.pw_uid, self.user.pw_gid)
            self.data = self.folder / "data"
            self.server("initdb", "--pgdata", self.data, "--username=bench", "--auth=trust", "--no-locale",
                        "--encoding=UTF8")
            with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
                file.write(f"{SETTINGS}unix_socket_directories = '{self.sockets}'\n")
            self.version = self.server("postgres", "--version").split()[2]
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def find_programs():
        known = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                       key=lambda path: [int(part) for part in path.parts[4].split(".") if part.isdecimal()])
        found = known[-1] if known else shutil.which("initdb")
        if not found:
            raise LeftOut("initdb is not here")
        return pathlib.Path(found).resolve().parent

    @staticmethod
    def find_user():
        """Whom the server runs as: PostgreSQL refuses root. `None` where we are not root ourselves."""
        if os.getuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise LeftOut("there is no user to run its server as")

    def server(self, program, *arguments):
        """Runs a program of the server's as its user."""
        identity = {}
        if self.user:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        # A server that pg_ctl starts would hold a pipe open.
        output = subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE
        try:
            told = subprocess.run(
                [self.programs / program, *arguments], cwd=self.sockets, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, text=True, check=False,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **identity)
        except OSError as problem:
            raise LeftOut(f"{program} cannot be run: {problem}") from problem
        if told.returncode != 0:
            raise LeftOut(f"{program} failed: {(told.stderr or '').strip()[-300:]}")
        return told.stdout or ""

    def psql(self, *arguments):
        return [self.programs / "psql", "--no-psqlrc", "--host", self.sockets, "--username", "bench",
                *arguments]

    def run(self, name, bench, run):
        script = job(SCRIPTS / "bench_postgres.sql", bench.campaign, bench.pledges)
        self.server("pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", self.folder / "log")
        try:
            place = bench.environment(), bench.work
            run(self.psql("--dbname", "postgres", "--command", "CREATE DATABASE book"), *place)
            done = bench.timed(name, run(self.psql("--dbname", "book"), *place, script))
            run(self.psql("--dbname", "postgres", "--command", "DROP DATABASE book"), *place)
        finally:
            self.server("pg_ctl", "stop", "--wait", "--mode", "fast", "--pgdata", self.data)
        return done.said

    def stop(self):
        for each in (self.folder, self.sockets):
            shutil.rmtree(each, ignore_errors=True)


PEERS = {"duckdb": DuckDB, "postgresql": PostgreSQL}


def prepare(names, folder):
    """The peers that can be measured here, by name, and a sentence for each that cannot."""
    ready, left_out = {}, []
    for name in names:
        try:
            ready[name] = PEERS[name](folder)
        except LeftOut as why:
            left_out.append(f"{PEERS[name].title} is left out: {why}.")
    return ready, left_out
