"""What is on the disk after some of a program's calls: all of them, or what a power cut leaves."""

import collections
import pathlib
import shutil
import sqlite3
import struct
import tempfile

Call = collections.namedtuple("Call", "kind path other offset length data")
SECTOR = 512


class Trace:
    """The calls that recorder.c wrote down, in their order."""

    def __init__(self, path):
        self.calls = []
        raw = pathlib.Path(path).read_bytes()
        at = 0
        while at < len(raw):
            kind = chr(raw[at])
            (count,) = struct.unpack_from("<I", raw, at + 1)
            at += 5
            name = raw[at : at + count].decode()
            at += count
            (count,) = struct.unpack_from("<I", raw, at)
            at += 4
            other = raw[at : at + count].decode()
            at += count
            offset, length, size = struct.unpack_from("<QQQ", raw, at)
            at += 24
            data = raw[at : at + size]
            at += size
            # The index of the log is made anew by whoever opens the book first.
            if not name.endswith("-shm"):
                self.calls.append(Call(kind, name, other, offset, length, data))


class Image:
    """A folder's files in memory, beginning with those of a folder on the disk."""

    def __init__(self, start):
        self.files = {}
        self.folders = set()
        for path in pathlib.Path(start).rglob("*"):
            name = str(path.relative_to(start))
            if path.is_dir():
                self.folders.add(name)
            elif not name.endswith("-shm"):
                self.files[name] = bytearray(path.read_bytes())

    def after(self, calls):
        """The files after these calls."""
        for call in calls:
            self.carry_out(call)
        return self

    def carry_out(self, call):
        if call.kind == "W":
            store(self.files.setdefault(call.path, bytearray()), call.offset, call.data)
        elif call.kind == "T":
            cut(self.files.setdefault(call.path, bytearray()), call.length)
        elif call.kind == "O":
            self.files[call.path] = bytearray()
        elif call.kind == "U":
            self.files.pop(call.path, None)
        elif call.kind == "R":
            self.files[call.other] = self.files.pop(call.path)
        elif call.kind == "L":
            self.files[call.other] = self.files[call.path]
        elif call.kind == "M":
            self.folders.add(call.path)

    def after_power_loss(self, calls, chance):
        """The files after a power cut behind these calls.

        Data: of a file's writes and cuts since its last sync, each is there, is not, or is there in part (some of its
        sectors). Names: they are made durable in order; those since the last sync of a folder are there up to some point.
        """
        content = {name: Content(bytes(data)) for name, data in self.files.items()}
        names = {name: name for name in self.files}  # what a name stands for
        made = []  # name operations since the last sync of a folder
        number = 0
        for call in calls:
            if call.kind in "WT":
                content[names[call.path]].pending.append(call)
            elif call.kind == "O" and call.offset:
                content[names[call.path]].pending.append(call)
            elif call.kind == "S":
                content[names[call.path]].settle()
            elif call.kind == "D":
                made = []
            elif call.kind == "O":
                number += 1
                key = f"{call.path}#{number}"
                content[key] = Content(b"")
                made.append(("new", call.path, dict(names)))
                names[call.path] = key
            elif call.kind in "URL":
                made.append((call.kind, call.path, dict(names)))
                if call.kind == "U":
                    names.pop(call.path, None)
                else:
                    names[call.other] = names[call.path]
                    if call.kind == "R":
                        names.pop(call.path)
            elif call.kind == "M":
                self.folders.add(call.path)
        # Names that were not made durable are lost from some point on; a synced file has its name, too.
        kept = chance.randint(0, len(made)) if made and chance.random() < 0.5 else len(made)
        if kept < len(made):
            names = made[kept][2]
        self.files = {name: content[key].lose(chance) for name, key in names.items()}
        return self

    def write(self, root):
        root = pathlib.Path(root)
        root.mkdir(parents=True, exist_ok=True)
        for name in sorted(self.folders):
            (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in self.files.items():
            path = root / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o600)


class Content:
    """What a file holds for certain, and what was written since."""

    def __init__(self, data):
        self.data = bytearray(data)
        self.pending = []

    def settle(self):
        for call in self.pending:
            apply(self.data, call)
        self.pending = []

    def lose(self, chance):
        """What is there after a power cut."""
        data = bytearray(self.data)
        way = chance.random()
        for call in self.pending:
            if way < 0.2:
                continue  # nothing of it
            if way < 0.4 or chance.random() < 0.5:
                apply(data, call)
            elif call.kind == "W" and chance.random() < 0.5:
                tear(data, call, chance)
        return data


def apply(data, call):
    if call.kind == "W":
        store(data, call.offset, call.data)
    elif call.kind == "T":
        cut(data, call.length)
    else:
        data.clear()


def tear(data, call, chance):
    """Some sectors of a write arrive, in no order."""
    at = 0
    while at < len(call.data):
        size = SECTOR - (call.offset + at) % SECTOR
        if chance.random() < 0.5:
            store(data, call.offset + at, call.data[at : at + size])
        at += size


def store(data, offset, piece):
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(piece)] = piece


def cut(data, length):
    if len(data) > length:
        del data[length:]
    else:
        data.extend(bytes(length - len(data)))


#: Who wrote what when, and what depends on the number of commands that it took.
OF_COMMANDS = {"session", "sqlite_stat1", "grdb_migrations", "posting_rule"}
CLOSED = 29


def logical_rows(book):
    """What a book says, without what depends on whether a command was said once or twice: sorted texts."""
    return [] if not pathlib.Path(book).exists() else read(book, text)


def all_rows(book):
    """Everything that a book says, as one text to compare; None where there is no book."""
    return None if not pathlib.Path(book).exists() else "\n".join(read(book, lambda table, row: f"{table} {row}"))


def shape_of(book):
    """What a book holds where its bytes differ from run to run: of each value only its type and length."""
    def size(value):
        return f"{type(value).__name__} {len(value) if isinstance(value, (bytes, str)) else ''}"

    def tell(table, row):
        return f"{table} {list(map(size, row.values()))}"

    return None if not pathlib.Path(book).exists() else read(book, tell)


def read(book, tell):
    """Tells every row of a book. It is copied first, so that looking at it changes nothing."""
    book = pathlib.Path(book)
    with tempfile.TemporaryDirectory(dir=book.parent.parent) as folder:
        copy = pathlib.Path(folder) / "copy"
        for suffix in ("", "-wal", "-journal"):
            if pathlib.Path(f"{book}{suffix}").exists():
                shutil.copyfile(f"{book}{suffix}", f"{copy}{suffix}")
        connection = sqlite3.connect(copy)
        try:
            rows = []
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in tables:
                cursor = connection.execute(f"SELECT * FROM {table}")
                columns = [column[0] for column in cursor.description]
                rows += filter(None, (tell(table, dict(zip(columns, row))) for row in cursor))
            return sorted(rows)
        finally:
            connection.close()


def text(table, row):
    """A row without what another number of commands changes; None where nothing is left of it."""
    if table in OF_COMMANDS:
        return None
    if table == "entry":
        if row["kind"] == CLOSED:
            return None
        for column in ("number", "tag"):
            row.pop(column)
    if table == "campaign":
        for column in ("head", "tag", "frontier"):
            row.pop(column)
    if table == "checkpoint":
        # `book check` compares it with the journal, whose order another number of commands changes.
        for column in ("root", "signature", "frontier"):
            row.pop(column)
    if table == "daily" and row["kind"] == CLOSED:
        return None
    if table in ("pledge_total", "line_total") and not (row.get("count") or row.get("units")):
        return None
    return table + " " + " ".join(f"{key}={value!r}" for key, value in sorted(row.items()))
