#!/usr/bin/env python3
"""`serve --audit-days`: files of the audit log whose time is over are announced, go an hour later, and
`audit verify` tells them from what somebody else took away, wherever the hub is killed."""
import datetime
import hashlib
import json
import random
import sqlite3
import subprocess
import time
import unittest

from hub import PATCHBAY, Hub, until


def ago(**time_ago):
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**time_ago)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03}Z"


class AuditDays(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.hub.start()
        self.hub.stop()
        self.audit = self.hub.folder / "data/audit"
        self.instance = (self.audit / "instance").read_text().strip()
        self.made = 0

    def tearDown(self):
        self.hub.close()

    def write(self, *events, recorded=True):
        """A file as an earlier process left it, of (time, kind, subject); its name, length and hash."""
        self.made += 1
        name = f"audit-{self.instance}-{self.made}-1-0-0.jsonl"
        last = hashlib.sha256(name.encode()).hexdigest()
        text = ""
        for number, (when, kind, subject) in enumerate(events, 1):
            body = json.dumps({"seq": number, "time": when, "kind": kind, "project": "", "account": "", "subject": subject, "key": "",
                               "request": "", "peer": "", "connector": "", "actor": "hub", "prev": last}, separators=(",", ":"))
            last = hashlib.sha256(body.encode()).hexdigest()
            text += f'{body[:-1]},"hash":"{last}"}}\n'
        (self.audit / name).write_text(text)
        if recorded:
            with sqlite3.connect(self.hub.folder / "data/patchbay.db", timeout=20) as database:
                database.execute("INSERT INTO audit_heads VALUES (?, ?, ?, ?, 1, 1)", (name, self.instance, len(events), last))
            database.close()
        return name, len(events), last

    def write_old(self, count):
        return [self.write((ago(days=40), "access_token.read", "x"), (ago(days=35), "access_token.read", "y")) for _ in range(count)]

    def announce(self, files, **time_ago):
        self.write(*[(ago(**time_ago), "audit.file_expired", f"{name} {lines} {last}") for name, lines, last in files])

    def there(self, files):
        return [name for name, _, _ in files if (self.audit / name).exists()]

    def known(self):
        database = sqlite3.connect(self.hub.folder / "data/patchbay.db", timeout=20)
        try:
            return {row[0] for row in database.execute("SELECT file FROM audit_heads")}
        finally:
            database.close()

    def verify(self):
        return subprocess.run([PATCHBAY, "audit", "verify", "--data", self.hub.folder / "data"], capture_output=True, text=True)

    def announced(self):
        return [line for file in self.audit.glob("*.jsonl") for line in file.read_text().splitlines() if "audit.file_expired" in line]

    def test_what_is_old_is_announced_and_what_was_announced_an_hour_ago_goes(self):
        fresh, old = self.write_old(1), self.write_old(3)
        self.announce(old, hours=2)
        self.hub.start("--audit-days", 30)
        until(lambda: not self.there(old), "the removal")
        until(lambda: not self.known() & {name for name, _, _ in old}, "that the store forgets them")
        until(lambda: any(fresh[0][0] in line for line in self.announced()), "the announcement")
        self.assertEqual(self.there(fresh), [fresh[0][0]])
        self.hub.stop()
        checked = self.verify()
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("3 files are gone since their time was over", checked.stdout)
        self.assertEqual(len(self.hub.events("expired_files_removed")), 1)

    def test_without_the_option_everything_stays(self):
        old = self.write_old(2)
        self.announce(old, hours=2)
        self.hub.start()
        time.sleep(0.5)
        self.hub.stop()
        self.assertEqual(len(self.there(old)), 2)

    def test_what_somebody_else_took_away_stays_missing_and_what_they_changed_stays(self):
        gone, changed, old = self.write_old(1), self.write_old(1), self.write_old(1)
        self.announce([*old, *changed], hours=2)
        (self.audit / gone[0][0]).unlink()
        path = self.audit / changed[0][0]
        path.write_text(path.read_text().replace('"x"', '"z"'))
        self.hub.start("--audit-days", 30)
        until(lambda: not self.there(old), "the removal")
        until(lambda: self.hub.events("expired_file_stays"), "a word about the changed one")
        self.hub.stop()
        checked = self.verify()
        self.assertEqual(checked.returncode, 1)
        self.assertIn(f"{gone[0][0]}: missing", checked.stdout)
        self.assertIn(f"{changed[0][0]}: broken", checked.stdout)

    def test_a_restored_backup_knows_what_has_gone_since(self):
        old = self.write_old(3)
        self.announce(old, hours=2)
        backup = self.hub.folder / "backup.db"
        store = lambda *what: subprocess.run([PATCHBAY, "store", *what, backup, "--data", self.hub.folder / "data"],
                                             capture_output=True, text=True, check=True)
        store("backup")
        self.hub.start("--audit-days", 30)
        until(lambda: not self.known() & {name for name, _, _ in old}, "that the store forgets them")
        self.hub.stop()
        self.assertEqual(self.verify().returncode, 0)
        store("restore", "--key-file", self.hub.key)
        checked = self.verify()
        self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_killed_at_any_moment_nothing_looks_like_tampering_and_all_go_in_the_end(self):
        old = self.write_old(300)
        self.announce(old, hours=2)
        draw = random.Random(1)
        left = []
        for _ in range(14):
            hub = subprocess.Popen([PATCHBAY, *self.hub.arguments("--port", 0, "--audit-days", 30)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            before = len(self.there(old))
            deadline = time.monotonic() + 10
            while len(self.there(old)) == before and before and time.monotonic() < deadline:
                pass
            time.sleep(draw.random() * 0.01)
            hub.kill()
            hub.wait()
            left.append(len(self.there(old)))
            checked = self.verify()
            self.assertNotEqual(checked.returncode, 1, checked.stdout)
        self.assertLess(left[0], 300)
        self.hub.start("--audit-days", 30)
        until(lambda: not self.there(old), "the last of them") if left[-1] <= 64 else None
        until(lambda: not self.known() & {name for name, _, _ in old} - set(self.there(old)), "that they are forgotten")
        self.hub.stop()
        self.assertNotEqual(self.verify().returncode, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
