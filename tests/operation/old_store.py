"""A SQLite store as an earlier version of the schema left it, rows and all, made from the steps in
host/store and the rows of tests/unit/stores."""
import pathlib
import re
import sqlite3

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LATEST = int(re.search(r"kCount = (\d+)", (SOURCE / "host/store/migrations.cpp").read_text())[1])
WORDS = {"@int": "INTEGER", "@bytes": "BLOB", "@table": "STRICT", "@serial": "INTEGER PRIMARY KEY AUTOINCREMENT"}


def statements(version):
    """Of one step: raw literals, and plain ones that stand side by side."""
    text = (SOURCE / f"host/store/migration_{version}.cpp").read_text()
    text = text[text.index("kStatements = "):text.index("});")]
    for raw, plain in re.findall(r'R"\((.*?)\)"|((?:"(?:[^"\\]|\\.)*"\s*)+)', text, re.S):
        statement = raw or "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', plain))
        for word, meaning in WORDS.items():
            statement = statement.replace(word, meaning)
        yield statement


def rows(version):
    """The rows that came with it; {hex} is a value of bytes."""
    text = (SOURCE / f"tests/unit/stores/version_{version}.sql").read_text()
    return re.sub(r"'[^']*'|\{([0-9a-f]*)\}", lambda found: found[0] if found[1] is None else f"x'{found[1]}'", text)


def make(path, version):
    identity = re.search(r"kApplicationId = (0x[0-9a-f]+)", (SOURCE / "host/store/sqlite_database.cpp").read_text())[1]
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA application_id = {int(identity, 16)}")
        database.execute("CREATE TABLE schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT")
        for step in range(1, version + 1):
            for statement in statements(step):
                database.execute(statement)
            database.executescript(rows(step))
        database.execute("INSERT INTO schema_version (id, version) VALUES (1, ?)", (version,))
    database.close()
    path.chmod(0o600)
