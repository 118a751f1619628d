#!/usr/bin/env python3
"""Completion and manual say what --help says, of every command."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from hub import PATCHBAY


def said(*arguments):
    return subprocess.run([PATCHBAY, *arguments], check=True, capture_output=True, text=True).stdout


def listed(path):
    """What a command's --help lists: commands below it, and options."""
    text = said(*path, "--help")
    below = re.search(r"^Subcommands:\n((?:  .*\n|\n)*)", text + "\n", re.M)
    commands = re.findall(r"^  ([a-z][a-z-]*)", below[1], re.M) if below else []
    head = text[text.index("\nOptions:"):below.start() if below else None] if "\nOptions:" in text else ""
    return commands, {
        name.removesuffix("{false}") for line in re.findall(r"^  (-\S+)", head, re.M) for name in line.split(",")}


def every_command(path=()):
    if path == ("check",):
        return  # hands its arguments on to a program of its own
    commands, options = listed(path)
    yield path, commands, options
    for name in commands:
        yield from every_command((*path, name))


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = list(every_command())
        assert len(cls.commands) > 40, cls.commands
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchbay-completion-"))
        (cls.folder / "bash").write_text(said("completion", "bash"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def offered(self, *words):
        """What bash offers for the last of the words."""
        script = ('source ./bash; COMP_WORDS=(patchbay "$@"); COMP_CWORD=$#; _patchbay; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        out = subprocess.run(["bash", "--norc", "-c", script, "bash", *words], check=True, cwd=self.folder,
                             capture_output=True, text=True)
        self.assertEqual(out.stderr, "")
        return set(out.stdout.split())

    def test_of_bash_offers_what_help_lists(self):
        for path, commands, options in self.commands:
            if commands:
                self.assertEqual(self.offered(*path, ""), set(commands), path)
            self.assertEqual(self.offered(*path, "-"), options, path)

    def test_of_bash_knows_values_and_files(self):
        self.assertEqual(self.offered("serve", "--log-format", ""), {"json", "text"})
        self.assertEqual(self.offered("serve", "--log-format", "=", "j"), {"json"})
        self.assertEqual(self.offered("serve", "--log-format", "="), {"json", "text"})
        self.assertEqual(self.offered("--config", "ba"), {"bash"}, "a file of the folder")
        self.assertEqual(self.offered("completion", ""), {"bash", "fish", "zsh"})
        self.assertEqual(self.offered("serve", "--address", ""), set(), "anything")
        self.assertEqual(self.offered("--config", "serve", "accounts", "li"), {"link", "list"}, "a value is no command")

    def test_of_the_other_shells_is_read_by_them(self):
        for shell in ("zsh", "fish"):
            script = said("completion", shell)
            for path, _, _ in self.commands:
                self.assertIn(" ".join(("patchbay", *path)), script)
            if shutil.which(shell):
                (self.folder / shell).write_text(script)
                subprocess.run([shell, "-n", str(self.folder / shell)], check=True)

    def test_is_not_needed_for_the_manual_to_name_everything(self):
        page = said("man")
        text = page.replace("\\-", "-")
        for path, _, options in self.commands[1:]:
            start = text.index(".SS " + " ".join(("patchbay", *path)) + "\n")
            chapter = text[start:text.find("\n.S", start + 1)]
            for option in options - {"--help", "-h"}:
                self.assertIn(f"\\fB{option}\\fR", chapter, path)
        if shutil.which("man"):
            checked = subprocess.run(["man", "--warnings", "-l", "-E", "UTF-8", "-Tutf8", "-"], input=page,
                                     capture_output=True, text=True, check=True)
            # Words that are wider than the page are no mistake.
            self.assertEqual([line for line in checked.stderr.splitlines()
                              if not re.search("cannot adjust line|can't break line", line)], [])


if __name__ == "__main__":
    unittest.main()
