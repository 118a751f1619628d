#!/usr/bin/env python3
"""The Debian packages, made from what the build folder holds: what is in them, started from where
they are unpacked, and, on a machine of its own that systemd boots, installed, upgraded from an
earlier release with that release's data, removed and purged. PATCHBAY_BUILD: the build folder."""
import ctypes
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

BUILD = pathlib.Path(os.environ["PATCHBAY_BUILD"]).resolve()
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
MOST_EXPOSED = 1.9  # systemd-analyze's figure, of 10

work = None  # holds the packages; made once
hub_deb = kit_deb = root = None


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def setUpModule():
    global work, hub_deb, kit_deb, root
    work = pathlib.Path(tempfile.mkdtemp(prefix="patchbay-package-"))
    run("cpack", "-G", "DEB", "-B", str(work / "made"), "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=gzip",
        cwd=BUILD)
    (hub_deb,) = (work / "made").glob("patchbay_*.deb")
    (kit_deb,) = (work / "made").glob("patchbay-dev_*.deb")
    root = work / "root"
    run("dpkg-deb", "-x", str(hub_deb), str(root))


def tearDownModule():
    shutil.rmtree(work)


def field(package, name):
    return run("dpkg-deb", "-f", str(package), name).strip()


def programs():
    return [path for path in root.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]


class Packages(unittest.TestCase):
    def test_carry_the_version_that_stands_in_one_place(self):
        version = re.search(r"project\(patchbay VERSION (\d+\.\d+\.\d+)", (SOURCE / "CMakeLists.txt").read_text())[1]
        self.assertEqual(run(str(root / "usr/bin/patchbay"), "--version"), f"patchbay {version}\n")
        for package in (hub_deb, kit_deb):
            self.assertEqual(field(package, "Version"), version + "-1")

    def test_depend_on_the_libraries_that_the_programs_are_linked_with(self):
        depends = field(hub_deb, "Depends")
        for library in ("libc6 ", "libcsv3 ", "libssl3 ", "libsqlite3-0 ", "libpq5 ", "libseccomp2 ", "adduser"):
            self.assertIn(library, depends)
        for program in programs():
            linked = run("ldd", str(program))
            self.assertNotIn("not found", linked)
            for path in re.findall(r"=> (\S+)", linked):
                self.assertRegex(path, r"^/(usr/)?lib/", f"{program} is linked with {path}")
            self.assertNotRegex(run("readelf", "-d", str(program)), "R(UN)?PATH")
            self.assertNotIn(".debug_info", run("readelf", "-SW", str(program)), f"{program} is not stripped")

    def test_hold_what_they_should_for_root_to_change_alone(self):
        held = {}
        for line in run("dpkg-deb", "-c", str(hub_deb)).splitlines():
            rights, owner, *_, name = line.split()
            self.assertEqual(owner, "root/root", line)
            self.assertNotIn("w", rights[4:], line)
            held[name] = rights
        for name in ("usr/bin/patchbay", "usr/sbin/patchbay-admin", "usr/libexec/patchbay/patchbay-worker",
                     "usr/libexec/patchbay/patchbay-declarative.so", "usr/lib/patchbay/connectors/personio.so",
                     "usr/lib/patchbay/connectors/hibob.json", "usr/lib/systemd/system/patchbay.service",
                     "usr/lib/systemd/system/patchbay.socket",
                     "etc/patchbay/patchbay.toml", "usr/share/doc/patchbay/copyright",
                     "usr/share/doc/patchbay/changelog.gz", "usr/share/doc/patchbay/changelog.Debian.gz",
                     "usr/share/doc/patchbay/operating.md",
                     "usr/share/bash-completion/completions/patchbay", "usr/share/man/man1/patchbay.1.gz",
                     "usr/share/zsh/vendor-completions/_patchbay",
                     "usr/share/fish/vendor_completions.d/patchbay.fish"):
            self.assertIn("./" + name, held)
        self.assertFalse([name for name in held if "include" in name], "the kit's files are the other package's")
        self.assertIn("./usr/include/patchbay/connector.h", run("dpkg-deb", "-c", str(kit_deb)))

    def test_have_control_files_as_debian_wants_them(self):
        control = work / "control"
        run("dpkg-deb", "-e", str(hub_deb), str(control))
        self.assertEqual((control / "conffiles").read_text(), "/etc/patchbay/patchbay.toml\n")
        for name in ("postinst", "prerm", "postrm"):
            script = (control / name).read_text()
            self.assertTrue(script.startswith("#!/bin/sh\n") and "\nset -e\n" in script, name)
            run("sh", "-n", str(control / name))
            self.assertEqual((control / name).stat().st_mode & 0o777, 0o755)
            self.assertNotRegex(script, r"(?m)^\s*(rm|unlink|shred|deluser|userdel)\b", "data outlives the package")
        summary = field(hub_deb, "Description").splitlines()[0]
        self.assertTrue(len(summary) <= 80 and summary[0].islower() and not summary.endswith("."), summary)
        for line in (control / "md5sums").read_text().splitlines():
            digest, name = line.split(maxsplit=1)
            self.assertEqual(hashlib.md5((root / name).read_bytes()).hexdigest(), digest, name)

    def test_pin_exactly_the_connectors_that_come_along(self):
        folder = root / "usr/lib/patchbay/connectors"
        listed = dict(reversed(line.split()) for line in folder.with_suffix(".sha256").read_text().splitlines())
        self.assertEqual(listed, {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()})

    def test_have_a_unit_that_is_walled_in_and_a_configuration_that_is_right(self):
        unit = root / "usr/lib/systemd/system/patchbay.service"
        said = run("systemd-analyze", "security", "--offline=true", str(unit))
        self.assertLessEqual(float(re.search(r"exposure level.*: ([\d.]+)", said)[1]), MOST_EXPOSED, said)
        config = root / "etc/patchbay/patchbay.toml"
        run(str(root / "usr/bin/patchbay"), "config", "check", str(config))
        self.assertEqual([line for line in config.read_text().splitlines() if line and not line.startswith("#")],
                         ['data = "/var/lib/patchbay"', 'key-credential = "key"',
                          'connectors = "/usr/lib/patchbay/connectors"',
                          'pin-connector = ["/usr/lib/patchbay/connectors.sha256"]', "real = true"])

    def test_start_from_where_they_are_unpacked(self):
        patchbay = str(root / "usr/bin/patchbay")
        run(patchbay, "key", "create", str(work / "key"))
        folder = root / "usr/lib/patchbay/connectors"
        log = open(work / "log", "w", encoding="utf-8")
        hub = subprocess.Popen([patchbay, "serve", "--data", work / "data", "--key-file", work / "key", "--port", "0",
                                "--connectors", folder, "--pin-connector", f"{folder}.sha256",
                                "--ready-file", work / "ready"],
                               stdout=subprocess.DEVNULL, stderr=log)
        try:
            until(lambda: (work / "ready").exists())
            url = json.loads((work / "ready").read_text())["signin_url"]
            page = urllib.request.urlopen(url.replace("localhost", "127.0.0.1")).read().decode()
            self.assertIn("<h1>", page)
            until(lambda: (work / "log").read_text().count('"state":"ready"') >= len(list(folder.iterdir())))
            maps = pathlib.Path(f"/proc/{hub.pid}/maps").read_text()
            for path in set(re.findall(r"(/\S+)$", maps, re.MULTILINE)):
                self.assertTrue(path.startswith((str(root), "/usr/lib/", "/lib/", str(work / "data"))), path)
        finally:
            hub.send_signal(signal.SIGTERM)
            self.assertEqual(hub.wait(20), 0)
            log.close()


def until(is_so, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError("waited too long")
        time.sleep(0.02)


def has_landlock():
    create_ruleset, ask_version = 444, 1
    return ctypes.CDLL(None).syscall(create_ruleset, None, 0, ask_version) > 0


def can_boot():
    return (os.geteuid() == 0 and shutil.which("systemd-nspawn") is not None and
            subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0)


@unittest.skipUnless(can_boot(), "needs root and systemd-nspawn")
class Machine(unittest.TestCase):
    """One run of `scenario`, looked at by each test."""

    @classmethod
    def setUpClass(cls):
        cls.place = work / "machine"
        cls.place.mkdir()
        shutil.copy(hub_deb, cls.place / "this.deb")
        shutil.copy(HERE / "scenario", cls.place)
        before = work / "before"
        run("dpkg-deb", "-R", str(hub_deb), str(before))
        control = before / "DEBIAN/control"
        control.write_text(re.sub(r"(?m)^Version: .*$", "Version: 0.0.9-1", control.read_text()))
        run("dpkg-deb", "-Znone", "-b", str(before), str(cls.place / "previous.deb"))
        run(str(BUILD / "bin/patchbay_test_old_store"), "1", str(cls.place / "old.db"))
        (cls.place / "old.key").write_text("5a" * 32 + "\n")
        (cls.place / "old.key").chmod(0o400)
        boot = subprocess.run(["unshare", "--mount", "--propagation", "private", str(HERE / "boot"), str(cls.place)],
                              check=False, timeout=200)
        if boot.returncode == 77:
            raise unittest.SkipTest("this machine can't boot another one")
        if not (cls.place / "seen/done").exists():
            log = cls.place / "seen/log"
            console = cls.place / "console"
            raise AssertionError("the machine did not come to its end:\n" +
                                 (log if log.exists() else console).read_text(errors="replace")[-4000:])

    def seen(self, name):
        return (self.place / "seen" / name).read_text()

    def succeeded(self, name):
        said = self.place / "seen" / name
        self.assertEqual(self.seen(name + ".code").strip(), "0", said.read_text() if said.exists() else name)

    def test_an_install_makes_the_key_and_serves(self):
        self.succeeded("installed")
        self.succeeded("installed_serves")
        self.assertEqual(self.seen("first_key.rights"), "root 400\n")
        self.assertEqual(self.seen("data.rights"), "patchbay 700\npatchbay 600\n")
        self.assertNotIn(self.seen("first_key").strip(), self.seen("installed") + self.seen("log"))
        self.assertRegex(self.seen("signin"), "^http://localhost:8080/signin/")

    def test_an_upgrade_restarts_the_service_with_all_that_was_there(self):
        self.succeeded("upgraded")
        self.succeeded("upgraded_serves")
        self.assertNotEqual(self.seen("pid_before"), self.seen("pid_after"))
        self.assertIn("acc_1", self.seen("accounts"))
        self.assertEqual(self.seen("config_tail"), "# mine\n")
        self.succeeded("key_kept")
        self.assertIn("sealed values open with the key", self.seen("doctor"))

    def test_connectors_that_come_along_run_behind_all_their_walls(self):
        self.assertEqual(len(re.findall(r"(?m) ready ", self.seen("connectors"))), 6, self.seen("connectors"))
        walls = re.findall(r'"walls":"([^"]*)"', self.seen("journal"))
        self.assertEqual(len(walls) % 6, 0, "six at each start")
        self.assertGreaterEqual(len(walls), 18)
        for each in walls:
            self.assertRegex(each, "no capabilities, no_new_privs, .*seccomp in two stages")
            if has_landlock():
                self.assertNotIn("no landlock", each)
        self.assertNotIn("system_call_denied", self.seen("journal"))
        self.assertRegex(self.seen("worker_status"), r"CapBnd:\s0+\n")

    def test_the_service_has_nothing_it_does_not_need(self):
        status = self.seen("hub_status")
        for mark in (r"CapEff:\s0+\n", r"CapBnd:\s0+\n", r"NoNewPrivs:\s1\n", r"Seccomp:\s2\n"):
            self.assertRegex(status, mark)
        self.assertNotIn("/signin/", self.seen("journal"), "a way in lies in the journal")
        self.assertNotIn("patchbay-admin", self.seen("run"), "a copy of the key was left")

    def test_a_changed_configuration_is_taken_without_a_restart(self):
        self.succeeded("reloaded")
        self.assertIn('"event":"taken","option":"log-days"', self.seen("journal"))

    def test_no_request_is_lost_while_systemd_restarts_it(self):
        for step in ("socket", "started", "restarted", "restarted_again", "under_load"):
            self.succeeded(step)
        self.assertEqual(set(self.seen("load").splitlines()), {"303 0"})
        self.assertEqual(len(self.seen("load").splitlines()), 300)
        self.assertEqual(self.seen("watchdog"), "1min\n")
        self.assertEqual(self.seen("restarts"), "0\n", "it never failed")

    def test_a_key_sealed_to_the_machine_opens_what_the_plain_one_sealed(self):
        for step in ("sealed", "sealed_restarted", "sealed_serves"):
            self.succeeded(step)
        self.assertIn("acc_1", self.seen("sealed_accounts"))
        self.assertIn("sealed values open with the key", self.seen("sealed_doctor"))

    def test_a_hub_that_hangs_is_ended_and_started_again(self):
        self.succeeded("woken_serves")
        self.assertEqual(self.seen("woken_restarts"), "1\n")
        self.assertIn("Watchdog timeout", self.seen("woken_journal"))
        self.assertIn("acc_1", self.seen("woken_accounts"))

    def test_removing_and_purging_leave_data_and_key_and_say_so(self):
        self.succeeded("removed")
        self.succeeded("purged")
        self.assertIn("patchbay.db", self.seen("left_data"))
        self.succeeded("left_key")
        self.assertIn("left in place: /var/lib/patchbay", self.seen("purged"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
