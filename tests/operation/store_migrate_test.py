#!/usr/bin/env python3
"""`patchbay store migrate` as an operator runs it before a new release: from every earlier version, killed
at any moment, while a hub runs, and on what is newer."""
import json
import random
import shutil
import sqlite3
import subprocess
import time
import unittest

import old_store
from hub import PATCHBAY, Hub


class StoreMigrate(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.data = self.hub.folder / "data"
        self.data.mkdir(mode=0o700)
        self.database = self.data / "patchbay.db"
        self.backup = self.hub.folder / "backup.db"

    def tearDown(self):
        self.hub.close()

    def arguments(self, *more):
        return [PATCHBAY, "store", "migrate", "--data", str(self.data), *map(str, more)]

    def migrate(self, *more):
        return subprocess.run(self.arguments(*more), capture_output=True, text=True, timeout=60)

    def renew(self, version):
        for file in self.data.iterdir():
            file.unlink()
        old_store.make(self.database, version)

    def version(self, path=None):
        database = sqlite3.connect(path or self.database)
        try:
            return database.execute("SELECT version FROM schema_version").fetchone()[0]
        finally:
            database.close()

    def test_every_version_comes_up_to_date_and_its_backup_is_of_that_version(self):
        for version in range(1, old_store.LATEST):
            self.renew(version)
            looked = self.migrate("--dry-run")
            self.assertEqual(looked.returncode, 0, looked.stderr)
            self.assertIn(f"schema version {version} and would get {old_store.LATEST}", looked.stdout)
            self.assertEqual(self.version(), version, "a dry run changes nothing")
            done = self.migrate("--backup", self.backup)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"schema version {old_store.LATEST}\n", done.stdout)
            self.assertEqual(self.version(), old_store.LATEST)
            self.assertEqual(self.version(self.backup), version)
            self.backup.unlink()
            again = self.migrate()
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertIn("Nothing to do", again.stdout)

    def test_without_a_word_about_the_backup_nothing_is_changed(self):
        self.renew(3)
        refused = self.migrate()
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--backup FILE", refused.stderr)
        self.assertEqual(self.version(), 3)
        self.backup.write_text("somebody's")
        self.assertEqual(self.migrate("--backup", self.backup).returncode, 1, "a backup overwrites nothing")
        self.assertEqual(self.version(), 3, "and what has none is not changed")
        self.assertEqual(self.migrate("--no-backup").returncode, 0)

    def test_says_so_to_programs(self):
        self.renew(4)
        looked = json.loads(self.migrate("--dry-run", "--json").stdout)
        self.assertEqual((looked["found"], looked["version"], looked["latest"], looked["dry_run"]), (4, 4, old_store.LATEST, True))
        done = json.loads(self.migrate("--json", "--backup", self.backup).stdout)
        self.assertEqual((done["found"], done["version"], done["backup"]), (4, old_store.LATEST, str(self.backup)))

    def test_a_newer_one_is_refused_and_not_touched(self):
        self.renew(old_store.LATEST)
        with sqlite3.connect(self.database) as database:
            database.execute("UPDATE schema_version SET version = 99")
        database.close()
        before = self.database.read_bytes()
        for more in (["--dry-run"], ["--no-backup"], ["--json", "--no-backup"]):
            refused = self.migrate(*more)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("schema version 99", refused.stderr)
        self.assertIn("schema version 99", json.loads(refused.stdout)["error"])
        self.assertEqual(self.database.read_bytes(), before)

    def test_a_folder_without_a_database_stays_so(self):
        refused = self.migrate("--no-backup")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("There is no database", refused.stderr)
        self.assertEqual(list(self.data.iterdir()), [])

    def test_not_while_a_hub_runs(self):
        self.hub.start()
        with sqlite3.connect(self.database) as database:  # as if the hub were of an earlier release
            database.execute("UPDATE schema_version SET version = 9")
        database.close()
        self.assertEqual(self.migrate("--dry-run").returncode, 0)
        refused = self.migrate("--backup", self.backup)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("is in use", refused.stderr)
        self.assertFalse(self.backup.exists())
        self.assertEqual(self.version(), 9)

    def test_killed_at_any_moment_it_is_run_again(self):
        self.renew(1)
        kept = self.hub.folder / "kept.db"
        shutil.copy(self.database, kept)
        draw = random.Random(1)
        started = time.monotonic()
        self.assertEqual(self.migrate("--no-backup").returncode, 0)
        whole = time.monotonic() - started
        reached = set()
        for _ in range(40):
            if self.version() == old_store.LATEST:
                for file in self.data.iterdir():
                    file.unlink()
                shutil.copy(kept, self.database)
            command = subprocess.Popen(self.arguments("--no-backup"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(draw.random() * whole)
            command.kill()
            command.wait()
            reached.add(self.version())
        self.assertGreater(len(reached), 1, "no kill came in between")
        self.assertEqual(self.migrate("--no-backup").returncode, 0)
        database = sqlite3.connect(self.database)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
        self.assertEqual(database.execute("SELECT owner_name FROM accounts").fetchall(), [("Müller & Söhne",)])
        database.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
