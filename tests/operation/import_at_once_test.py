#!/usr/bin/env python3
"""Two imports at once into one database: the second is refused while the first is under way, or stands
still, and nothing is there twice."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import unittest

from hub import BUILD, PATCHBAY, Hub, until

PEOPLE = 400  # more than are done before the first one stands still


class ImportAtOnce(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        shutil.copy(BUILD / "connectors/humaans.json", self.hub.folder / "connectors")
        self.file = self.hub.folder / "accounts.json"
        self.file.write_text(json.dumps([{"id": f"s{n}", "provider": "humaans", "origin_owner_id": f"owner-{n}"}
                                         for n in range(PEOPLE)]))
        self.file.chmod(0o600)
        self.started = []

    def tearDown(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.hub.close()

    def start(self, links, *more):
        process = subprocess.Popen(
            [PATCHBAY, "accounts", "import", self.file, "--from", "stackone", "--data", self.hub.folder / "data",
             "--key-file", self.hub.key, "--connectors", self.hub.folder / "connectors", "--approve-all",
             "--links", self.hub.folder / links, "--public-url", "https://hub.example.com", *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.started.append(process)
        return process

    def ended(self, process):
        out, complaint = process.communicate(timeout=60)
        return process.returncode, out, complaint

    def written(self, links):
        path = self.hub.folder / links
        return path.read_text().count("/connect/") if path.exists() else 0

    def open_links(self):
        database = sqlite3.connect(self.hub.folder / "data/patchbay.db")
        try:
            return database.execute("SELECT count(*), count(DISTINCT owner_id) FROM connect_sessions WHERE status = 'open'").fetchone()
        finally:
            database.close()

    def test_the_second_is_refused_while_the_first_is_under_way(self):
        first = self.start("first.csv")
        until(lambda: self.written("first.csv") > 0, "the first link")
        os.kill(first.pid, signal.SIGSTOP)
        code, _, complaint = self.ended(self.start("second.csv"))
        self.assertEqual(code, 1)
        self.assertIn("Another import", complaint)
        self.assertFalse((self.hub.folder / "second.csv").exists(), "it made nothing")
        os.kill(first.pid, signal.SIGCONT)
        code, _, complaint = self.ended(self.start("looked.csv", "--dry-run"))
        self.assertEqual(code, 0, complaint)
        self.assertEqual(self.ended(first)[0], 0)
        self.assertEqual(self.written("first.csv"), PEOPLE)
        self.assertEqual(self.open_links(), (PEOPLE, PEOPLE))

    def test_of_two_that_start_together_one_at_a_time_works(self):
        both = [self.start("one.csv"), self.start("other.csv")]
        outcomes = [self.ended(process) for process in both]
        self.assertIn(0, [code for code, _, _ in outcomes])
        for code, _, complaint in outcomes:
            self.assertTrue(code == 0 or "Another import" in complaint, complaint)
        self.assertEqual(self.open_links(), (PEOPLE, PEOPLE))

    def test_one_that_was_killed_holds_up_nobody(self):
        first = self.start("first.csv")
        until(lambda: self.written("first.csv") > 0, "the first link")
        first.kill()
        self.ended(first)
        code, _, complaint = self.ended(self.start("second.csv"))
        self.assertEqual(code, 0, complaint)
        self.assertEqual(self.open_links(), (PEOPLE, PEOPLE))


if __name__ == "__main__":
    unittest.main(verbosity=2)
