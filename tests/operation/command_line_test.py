#!/usr/bin/env python3
"""What the command line says of words that it does not know, and what goes over what: flags over the
environment, and that over the file."""
import subprocess
import unittest

from hub import PATCHBAY, Hub, ask, connect, until


class UnknownCommands(unittest.TestCase):
    def refused(self, *arguments):
        out = subprocess.run([PATCHBAY, *arguments], capture_output=True, text=True)
        self.assertEqual((out.returncode, out.stdout), (2, ""))
        return out.stderr

    def test_are_named_with_the_one_that_was_probably_meant(self):
        said = self.refused("acounts", "list")
        self.assertIn('patchbay has no command "acounts"; did you mean "accounts"?', said)
        self.assertIn('patchbay accounts has no command "lst"; did you mean "list"?', self.refused("accounts", "lst"))
        self.assertIn('no command "frobnicate". See: patchbay --help', self.refused("frobnicate"))

    def test_other_refusals_stay_what_they_are(self):
        self.assertIn("subcommand is required", self.refused())
        self.assertIn("subcommand is required", self.refused("accounts"))
        self.assertNotIn("no command", self.refused("accounts", "list", "--frobnicate"))
        self.assertNotIn("no command", self.refused("accounts", "explain"))


class Environment(unittest.TestCase):
    def test_goes_over_the_file_and_flags_go_over_it(self):
        for flags, is_json in ((), False), (("--log-format", "json"), True):
            hub = Hub()
            try:
                config = hub.folder / "patchbay.toml"
                config.write_text('log-format = "json"\nlog-level = "error"\n')
                hub.start(*flags, before=["--config", config], env={"PATCHBAY_LOG_FORMAT": "text", "PATCHBAY_LOG_LEVEL": "info,http=debug"})
                with connect(hub.port) as channel:
                    ask(channel)
                until(lambda: hub.log_file.read_text(), "a line of the log")
                self.assertEqual(hub.log_file.read_text().startswith("{"), is_json)
            finally:
                hub.close()

    def test_is_checked_like_the_file(self):
        hub = Hub()
        try:
            with self.assertRaisesRegex(AssertionError, "LOG_DAYS|log-days"):
                hub.start(env={"PATCHBAY_LOG_DAYS": "0"})
        finally:
            hub.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
