#!/usr/bin/env python3
"""SIGHUP: what a running hub takes from its configuration file, what waits for a restart, and a file
that is wrong."""
import base64
import sqlite3
import subprocess
import unittest

from hub import PATCHBAY, Hub, ask, connect, read_answer, until


class Reload(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.config = self.hub.folder / "patchbay.toml"

    def tearDown(self):
        self.hub.close()

    def serve(self, text, *flags):
        self.config.write_text(text)
        self.hub.start(*flags, before=["--config", self.config])

    def reload(self, text):
        self.config.write_text(text)
        self.hub.hang_up()

    def told(self, event):
        return [each.get("option") for each in self.hub.events(event)]

    def test_takes_what_it_can_and_names_the_rest(self):
        self.serve("log-days = 30\nlog-bodies = \"off\"\nheld-accounts = 64\n")
        self.reload("log-days = 7\nlog-bodies = \"errors\"\nheld-accounts = 32\nembed-origin = [\"https://a.example\"]\n")
        until(lambda: len(self.told("taken")) == 2, "what is taken")
        self.assertEqual(sorted(self.told("taken")), ["log-bodies", "log-days"])
        until(lambda: len(self.told("needs_a_restart")) == 2, "the rest")
        self.assertEqual(sorted(self.told("needs_a_restart")), ["embed-origin", "held-accounts"])
        self.hub.hang_up()
        until(lambda: len(self.told("needs_a_restart")) == 4, "said again, for it still waits")
        self.assertEqual(len(self.told("taken")), 2, "what is in force is not taken again")

    def test_keeps_the_old_one_when_the_new_one_is_wrong(self):
        self.serve("log-days = 30\n")
        for number, wrong in enumerate(["log-days = 7\nlog-dais = 8\n", "log-days = 0\n", "log-days = ", "[x]\nlog-days = 7\n"], 1):
            self.reload(wrong)
            until(lambda: len(self.hub.events("not_taken")) == number, "the refusal")
        self.config.unlink()
        self.hub.hang_up()
        until(lambda: len(self.hub.events("not_taken")) == 5, "the refusal")
        for event in self.hub.events("not_taken"):
            self.assertEqual(event["level"], "error")
            self.assertIn("patchbay.toml", event["why"])
        self.assertEqual(self.told("taken"), [])
        with connect(self.hub.port) as channel:
            self.assertEqual(ask(channel)[0], 303)
        self.reload("log-days = 7\n")
        until(lambda: self.told("taken") == ["log-days"], "the good one after it")

    def test_levels_of_the_log_are_taken_and_wrong_ones_refused(self):
        self.serve("log-level = \"info\"\n")
        answered = lambda: [event for event in self.hub.events("answered") if event["area"] == "http"]
        with connect(self.hub.port) as channel:
            ask(channel)
            self.assertEqual(answered(), [])
            self.reload("log-level = \"info,http=debug\"\n")
            until(lambda: self.told("taken") == ["log-level"], "the new level")
            ask(channel)
            until(lambda: len(answered()) == 1, "a line of the request")
            self.reload("log-level = \"http=loud\"\n")
            until(lambda: len(self.hub.events("not_taken")) == 1, "the refusal")
            self.assertIn("loud", self.hub.events("not_taken")[0]["why"])
            self.assertEqual(self.told("taken"), ["log-level"])
            ask(channel)
            until(lambda: len(answered()) == 2, "the level before it")

    def test_how_long_things_are_kept_is_taken(self):
        self.serve("log-days = 30\n")
        self.reload("event-days = 7\naudit-days = 90\n")
        until(lambda: len(self.told("taken")) == 2, "what is taken")
        self.assertEqual(sorted(self.told("taken")), ["audit-days", "event-days"])
        self.reload("event-days = 3651\naudit-days = 90\n")
        until(lambda: len(self.hub.events("not_taken")) == 1, "the refusal")

    def test_events_of_accounts_go_when_their_time_is_taken_anew(self):
        self.serve("event-days = 0\n")
        with sqlite3.connect(self.hub.folder / "data/patchbay.db", timeout=20) as database:
            database.execute("INSERT INTO events (project_id, kind, account_id, payload, created) "
                             "SELECT id, 'account.created', 'acc_1', '{}', 1000 FROM projects")
        database.close()

        def events():
            found = sqlite3.connect(self.hub.folder / "data/patchbay.db", timeout=20)
            try:
                return found.execute("SELECT count(*) FROM events").fetchone()[0]
            finally:
                found.close()
        self.assertEqual(events(), 1)
        self.reload("event-days = 30\n")
        until(lambda: events() == 0, "the end of an old event", seconds=90)  # Expiry looks once a minute

    def test_bounds_of_calls_are_taken(self):
        self.serve("file-memory = 64\nrate-limit-wait = 5\n")
        key = subprocess.run([PATCHBAY, "api-keys", "create", "--name", "reload", "--data", self.hub.folder / "data",
                              "--key-file", self.hub.key], check=True, capture_output=True, text=True).stdout.strip()

        def answer_to_a_file():
            with connect(self.hub.port) as channel:
                body = b"{}" + b" " * (2 << 20)
                head = ["POST /actions/rpc HTTP/1.1", "Host: localhost", "Authorization: Basic " + base64.b64encode(f"{key}:".encode()).decode(), "Content-Type: application/json",
                        f"Content-Length: {len(body)}", "", ""]
                channel.sendall("\r\n".join(head).encode() + body)
                return read_answer(channel)
        self.assertEqual(answer_to_a_file()[0], 400)
        self.reload("file-memory = 0\nrate-limit-wait = 0\n")
        until(lambda: len(self.told("taken")) == 2, "what is taken")
        self.assertEqual(sorted(self.told("taken")), ["file-memory", "rate-limit-wait"])
        status, _, body = answer_to_a_file()
        self.assertEqual((status, "files_under_way" in body.decode()), (503, True), body)

    def test_the_form_of_the_log_is_taken(self):
        self.serve("log-format = \"json\"\n")
        self.reload("log-format = \"text\"\n")
        until(lambda: any("log-format" in line and not line.startswith("{")
                          for line in self.hub.log_file.read_text().splitlines()), "a line for people")

    def test_flags_go_over_the_file_as_they_did_at_the_start(self):
        self.serve("log-days = 30\nlog-bodies = \"off\"\n", "--log-days", "10")
        self.reload("log-days = 7\nlog-bodies = \"all\"\n")
        until(lambda: self.told("taken") == ["log-bodies"], "what no flag says")
        self.assertEqual(self.told("needs_a_restart"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
