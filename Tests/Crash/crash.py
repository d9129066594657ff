"""Kills the real program at every write, takes the power away, fills the disk, and looks what is left.

    python Tests/Crash/crash.py PLEDGEBOOK [--only PART…] [--scripts NAME…] [--seed N] [--power N] [--kills N]

A dozen or two of short scripts are run once with a recorder (recorder.c, loaded before the program) that writes down
every call that changes a file. Parts:

  calls    after each of these calls the folder as it was then: what a kill -9 at that moment leaves
  power    the same with any of the writes since the last sync lost or torn, --power images (1,000)
  kills    the program is killed with SIGKILL at --kills random moments (200)
  faults   each call of six scripts fails once with ENOSPC, EIO or EMFILE, and the full disk stays full

Of every image: the book opens, `book check` finds it sound, no commit that a command had reported is missing, no file
stands half written under its name, and the same command finishes the work: the book then holds what the undisturbed run
left. After a fault the program exits with a code of its own (never by a signal), says why, and has changed nothing or all.

Needs a C compiler: cc, clang, or the clang of the Swift toolchain. Works in a folder of its own, in memory where there is /dev/shm. Exit 1 when anything is otherwise.
"""

import argparse
import hashlib
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from images import Image, Trace, all_rows, logical_rows, shape_of
from scripts import SCRIPTS

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FAULTS = ((28, "wotl", "ENOSPC"), (5, "wsturl", "EIO"), (24, "o", "EMFILE"))


class Stage:
    """The program, the recorder and the folders that everything happens in."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.recorder = folder / "recorder.so"

    def build(self):
        compiler = shutil.which("cc") or shutil.which("clang") or shutil.which("gcc")
        # The Swift toolchain brings a C compiler, too.
        swift = shutil.which("swift")
        if compiler is None and swift is not None:
            compiler = shutil.which("clang", path=str(pathlib.Path(swift).resolve().parent))
        if compiler is None:
            raise SystemExit("There is no C compiler (cc or clang) to build the recorder with: scripts/setup installs one.")
        subprocess.run(
            [compiler, "-O1", "-fPIC", "-shared", "-o", self.recorder, HERE / "recorder.c", "-ldl", "-pthread"], check=True)

    def environment(self, root, **more):
        return {
            "PATH": f"{root}/bin:/usr/bin:/bin", "HOME": f"{root}/home", "XDG_CONFIG_HOME": f"{root}/home/.config",
            "USER": "maker", "TZ": "UTC", "LC_ALL": "C", "NO_COLOR": "1", "SWIFT_BACKTRACE": "enable=no",
            "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""), **more,
        }

    def run(self, command, root, **more):
        """Runs one command line of the program in a folder; returns exit code and what it said."""
        done = subprocess.run(
            [self.program, *command], cwd=root, env=self.environment(root, **more), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def fresh(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


class Recording:
    """A script that was run once: how it began, what each command did to the files, and how it ended."""

    def __init__(self, stage, script):
        self.script = script
        self.start = stage.folder / f"{script.name}.start"
        self.trace = None
        #: For each command: calls until its end, its exit code.
        self.ends = []
        self.entries = []
        self.rows = []
        self.rows_before = []
        self.files = {}

    def make(self, stage):
        root = stage.fresh(f"{self.script.name}.start")
        for path, text in self.script.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        for command in self.script.before:
            code, said = stage.run(command, root)
            if code not in (0, 3):
                raise SystemExit(f"{self.script.name}: {' '.join(command)} ends with {code}:\n{said}")
        run = stage.fresh(f"{self.script.name}.run")
        shutil.copytree(root, run, dirs_exist_ok=True)
        trace = stage.folder / f"{self.script.name}.trace"
        trace.write_bytes(b"")
        self.entries.append(entries_of(stage, run))
        for command in self.script.commands:
            code, said = stage.run(
                command, run, LD_PRELOAD=str(stage.recorder), CRASH_ROOT=str(run), CRASH_TRACE=str(trace))
            if code not in (0, 3):
                raise SystemExit(f"{self.script.name}: {' '.join(command)} ends with {code}:\n{said}")
            if wrong := has_no_log(run / "pledgebook.sqlite"):
                raise SystemExit(f"{self.script.name}: {' '.join(command)}: {wrong[0]}")
            self.ends.append(len(Trace(trace).calls))
            self.entries.append(entries_of(stage, run))
        self.trace = Trace(trace)
        self.rows = logical_rows(run / "pledgebook.sqlite")
        self.files = whole_files(run)
        self.files_before = whole_files(root)
        self.rows_before = logical_rows(root / "pledgebook.sqlite")
        shutil.rmtree(run)

    def acknowledged(self, calls):
        """How many commands had ended when that many calls were made."""
        return sum(1 for end in self.ends if end <= calls)


def whole_files(root):
    """The content of every file that a command promises to write whole or not at all."""
    found = {}
    for path in root.rglob("*"):
        name = path.name
        hidden = name.startswith(".pledgebook-") or ".new-" in name
        used = name.endswith(("-wal", "-shm", "-journal", ".lock", ".rehearsal")) or name == "pledgebook.sqlite"
        if path.is_file() and not hidden and not used:
            found[str(path.relative_to(root))] = path.read_bytes()
    return found


def entries_of(stage, root):
    """How many entries the book has, by campaign; None where there is no book."""
    if not (root / "pledgebook.sqlite").exists():
        return None
    code, said = stage.run(["book", "check"], root)
    if code != 0:
        return f"book check ends with {code}: {said.strip()[:300]}"
    counts = {}
    for line in said.splitlines():
        name, _, rest = line.partition(": ")
        if " entries" in rest or " entry" in rest:
            counts[name] = int(rest.split()[0].replace(",", ""))
    return counts


def examine(stage, recording, root, done):
    """What is wrong in a folder in which `done` commands had reported their end; an empty list where nothing is."""
    script = recording.script
    wrong = []
    entries = entries_of(stage, root)
    if isinstance(entries, str):
        return [entries]
    reported = recording.entries[done]
    if reported is not None:
        if entries is None:
            return ["the book is gone"]
        for campaign, count in reported.items():
            if entries.get(campaign, 0) < count:
                wrong.append(f"{campaign}: {count} entries were reported, {entries.get(campaign, 0)} are there")
    for name, content in whole_files(root).items():
        known = (recording.files.get(name), recording.files_before.get(name))
        if content not in known and not (varies(script, name) and is_whole(name, content)):
            wrong.append(f"{name} stands there half written ({len(content)} bytes)")
    for command in script.commands[max(0, min(done, len(script.commands) - 1)):]:
        was_done = entries is not None and logical_rows(root / "pledgebook.sqlite") == recording.rows
        code, said = stage.run(command, root)
        may_refuse = was_done or script.refuses_again
        if code not in (0, 3) and not (code == 1 and may_refuse):
            wrong.append(f"`{' '.join(command)}` again ends with {code}: {said.strip()[:300]}")
    after = entries_of(stage, root)
    if isinstance(after, str) or after is None:
        return [*wrong, f"afterwards: {after}"]
    if not script.is_random and logical_rows(root / "pledgebook.sqlite") != recording.rows:
        wrong.append("the same command does not finish the work: " + difference(root, recording))
    for name, content in recording.files.items():
        path = root / name
        if not path.exists() or not varies(script, name) and path.read_bytes() != content:
            wrong.append(f"{name} is not written in the end")
    return wrong + has_no_log(root / "pledgebook.sqlite")


def has_no_log(book):
    """What is wrong where a book was left at the rollback journal that a large import uses."""
    journal = book.with_name(f"{book.name}-journal")
    wrong = []
    # Who writes and who reads a book with a log is 2 and 2 in its header.
    if book.read_bytes()[18:20] != b"\2\2":
        wrong.append("the book has no log afterwards")
    # A journal that begins with zeros is none.
    if journal.exists() and journal.read_bytes()[:8].strip(b"\0"):
        wrong.append("a journal is left that would be played back")
    return wrong


def varies(script, name):
    """Whether a file may have other bytes: what is carried on has the same entries in another order."""
    return name in script.varying or script.is_in_steps and ".checkpoints/" in name


def is_whole(name, content):
    """Whether a file that may vary is not cut off."""
    return ".checkpoints/" not in name or content.count(b"\n") == 5 and content.endswith(b"\n")


def difference(root, recording):
    now = logical_rows(root / "pledgebook.sqlite")
    missing = [row for row in recording.rows if row not in now]
    extra = [row for row in now if row not in recording.rows]
    return f"missing {missing[:2]}, and too much {extra[:2]}"


# Parts. Each gives jobs: (script, what) pairs that a worker carries out by itself.


def calls_jobs(recordings, arguments):
    for name in recordings:
        yield name, ("calls", arguments.every)


def power_jobs(recordings, arguments):
    chance = random.Random(arguments.seed)
    names = [name for name, recording in recordings.items() if recording.trace.calls]
    weights = [len(recordings[name].trace.calls) for name in names]
    drawn = {name: [] for name in names}
    for _ in range(arguments.power):
        name = chance.choices(names, weights)[0]
        drawn[name].append((chance.randrange(len(recordings[name].trace.calls) + 1), chance.getrandbits(48)))
    for name, cuts in drawn.items():
        for start in range(0, len(cuts), 25):
            yield name, ("power", cuts[start : start + 25], arguments.every)


def kills_jobs(recordings, arguments):
    chance = random.Random(arguments.seed + 1)
    for _ in range(arguments.kills):
        name = chance.choice(list(recordings))
        yield name, ("kills", chance.random())


def faults_jobs(recordings, arguments):
    for name, recording in recordings.items():
        if not recording.script.takes_faults:
            continue
        for number, kinds, word in FAULTS:
            letters = {"W": "w", "T": "t", "O": "o", "S": "s", "D": "s", "U": "u", "R": "r", "L": "l"}
            count = sum(1 for call in recording.trace.calls if letters.get(call.kind, "-") in kinds)
            # Files are also opened without being made: those calls are not in the trace.
            count += 12 if "o" in kinds else 0
            for at in range(1, count + 1):
                for sticky in ("", ":sticky") if word == "ENOSPC" else ("",):
                    yield name, ("faults", f"{at}:{number}:{kinds}{sticky}", word, arguments.every)


#: What every worker knows from the start, so that no job has to bring it along: stage, recordings.
KNOWN_TO_ALL = []
#: What was found wrong in a state that a fault left, by script and state, in this worker.
LEFT = {}


def prepare(stage, recordings):
    KNOWN_TO_ALL[:] = [stage, recordings]


def work(job):
    name, what = job
    stage, recordings = KNOWN_TO_ALL
    recording = recordings[name]
    root = stage.folder / f"work-{os.getpid()}"
    shutil.rmtree(root, ignore_errors=True)
    try:
        count, wrong = {"calls": at_call, "power": at_power, "kills": at_kill, "faults": at_fault}[what[0]](
            stage, recording, root, what)
    except Exception as problem:  # noqa: BLE001: a broken harness is a failure, too
        count, wrong = 1, [f"{type(problem).__name__}: {problem}"]
    shutil.rmtree(root, ignore_errors=True)
    return name, what[:2] if what[0] in ("kills", "faults") else what[:1], count, wrong


class Seen:
    """Looks at images of one script, each state once: what SQLite reads as the same content is the same state."""

    def __init__(self, stage, recording, root, every):
        self.stage, self.recording, self.root, self.every = stage, recording, root, every
        self.known = {}
        self.images = 0

    def look(self, image, calls, name):
        """What is wrong with an image, as texts that begin with its name."""
        self.images += 1
        done = self.recording.acknowledged(calls)
        shutil.rmtree(self.root, ignore_errors=True)
        image.write(self.root)
        try:
            state = (done, all_rows(self.root / "pledgebook.sqlite"), tuple(sorted(whole_files(self.root).items())),
                     bytes(image.files.get("pledgebook.sqlite.rehearsal", b"")))
        except sqlite3.DatabaseError as problem:
            return [f"{name}: {problem}"]
        if self.every or state not in self.known:
            self.known[state] = examine(self.stage, self.recording, self.root, done)
        return [f"{name}: {text}" for text in self.known[state]]


def at_call(stage, recording, root, what):
    seen = Seen(stage, recording, root, what[1])
    image = Image(recording.start)
    wrong = seen.look(image, 0, "0")
    for count, call in enumerate(recording.trace.calls, 1):
        image.carry_out(call)
        # A sync changes nothing that a kill could leave, but it may be a command's last call.
        if call.kind not in "SD" or count in recording.ends:
            wrong += seen.look(image, count, str(count))
    return seen.images, wrong


def at_power(stage, recording, root, what):
    seen = Seen(stage, recording, root, what[2])
    wrong = []
    for calls, seed in what[1]:
        image = Image(recording.start).after_power_loss(recording.trace.calls[:calls], random.Random(seed))
        wrong += seen.look(image, calls, f"{calls} {seed}")
    return seen.images, wrong


def at_kill(stage, recording, root, what):
    shutil.copytree(recording.start, root)
    script = recording.script
    # The program needs some hundredths of a second; it is killed somewhere in the middle of its last command.
    for command in script.commands[:-1]:
        stage.run(command, root)
    process = subprocess.Popen(
        [stage.program, *script.commands[-1]], cwd=root, env=stage.environment(root), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(what[1] * script.seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return 1, examine(stage, recording, root, len(script.commands) - 1)


def at_fault(stage, recording, root, what):
    shutil.copytree(recording.start, root)
    script = recording.script
    code, said = stage.run(
        script.commands[0], root, LD_PRELOAD=str(stage.recorder), CRASH_ROOT=str(root), CRASH_FAIL=what[1])
    wrong = []
    if code < 0 or code > 130 or code not in (0, 1, 2, 3, 70):
        wrong.append(f"ends with {code}: {said.strip()[-300:]}")
    elif code and (not said.strip() or "inside the program" in said):
        wrong.append(f"says nothing of use: {said.strip()[:300]}")
    if code == 1:
        wrong.append(f"a full disk is no refusal: {said.strip()[:300]}")
    # Most faults leave the same few states; what the program makes of a state is looked at once.
    state = (script.name, left_behind(recording, root))
    if what[3] or state not in LEFT:
        LEFT[state] = (logical_rows(root / "pledgebook.sqlite"), examine(stage, recording, root, 0))
    rows, found = LEFT[state]
    if not script.is_random and not script.is_in_steps:
        if code and rows != recording.rows_before:
            # What was committed before the fault stands, and must then be all of it.
            if rows != recording.rows:
                wrong.append("it failed, and has changed a part of the book")
            elif "unchanged" in said or "othing was changed" in said:
                wrong.append("it says that nothing has changed, and the book says otherwise")
        if not code and rows != recording.rows:
            wrong.append("it says done, and the book says otherwise")
    return 1, wrong + found


def left_behind(recording, root):
    """A digest of all that a command left in a folder.

    Of a script whose bytes differ from run to run only their number counts.
    """
    book = root / "pledgebook.sqlite"
    is_random = recording.script.is_random
    whole = whole_files(root)
    rest = []
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if path.is_file() and name not in whole:
            # Temporary names are random, and the log and its index depend on how far the command came.
            is_hidden = path.name.startswith(".pledgebook-") or ".new-" in path.name
            rest.append("hidden" if is_hidden else name)
            if name.endswith(".rehearsal"):
                rest.append(repr(path.read_bytes()))
    content = shape_of(book) if is_random else all_rows(book)
    files = sorted((name, len(data) if is_random else data) for name, data in whole.items())
    return hashlib.sha256(repr((content, files, sorted(rest))).encode()).hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=["calls", "power", "kills", "faults"])
    parser.add_argument("--scripts", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--power", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--every", action="store_true", help="run the program on every image, not only on new states")
    arguments = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pledgebook-crash-", dir=memory) as folder:
        stage = Stage(arguments.program.resolve(), pathlib.Path(folder))
        stage.build()
        recordings = {}
        for script in SCRIPTS:
            if arguments.scripts and script.name not in arguments.scripts:
                continue
            recordings[script.name] = Recording(stage, script)
            recordings[script.name].make(stage)
        failed = 0
        makers = {"calls": calls_jobs, "power": power_jobs, "kills": kills_jobs, "faults": faults_jobs}
        with multiprocessing.Pool(os.cpu_count(), prepare, (stage, recordings)) as pool:
            for part in arguments.only:
                began = time.monotonic()
                jobs = list(makers[part](recordings, arguments))
                bad = images = told = 0
                for name, what, count, wrong in pool.imap_unordered(work, jobs):
                    images += count
                    bad += len(wrong)
                    if wrong and told < 20:
                        told += 1
                        print(f"{name} {' '.join(map(str, what))}:", *wrong[:4], sep="\n  ")
                failed += bad
                print(f"{part}: {images} images, {bad} wrong, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
