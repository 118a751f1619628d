#!/usr/bin/env python3
"""serve --tls-certificate: what it speaks, how it takes new files, what it does with hostile peers."""
import os
import pathlib
import ssl
import subprocess
import tempfile
import time
import unittest

from hub import PATCHBAY, Authority, Hub, ask, connect, tls_client, until


class Tls(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="patchbay-tls-")
        folder = pathlib.Path(self.place.name)
        self.authority = Authority(folder)
        self.certificate, self.key = folder / "hub.pem", folder / "hub.key"
        self.hub = Hub()

    def tearDown(self):
        self.hub.close()
        self.place.cleanup()

    def files(self):
        return ["--tls-certificate", self.certificate, "--tls-key", self.key]

    def serve(self, *more, days=90):
        self.authority.issue(self.certificate, self.key, days)
        self.hub.start(*self.files(), *more)

    def open(self, **settings):
        context = tls_client(self.authority, **settings)
        return context.wrap_socket(connect(self.hub.port), server_hostname="localhost")

    def name(self):
        with self.open() as channel:
            return dict(pair[0] for pair in channel.getpeercert()["subject"])["commonName"]

    def test_speaks_it_in_its_current_versions_with_good_ciphers_alone(self):
        self.serve()
        self.assertTrue(self.hub.ready["url"].startswith("https://localhost:"))
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.open(minimum_version=version, maximum_version=version) as channel:
                self.assertRegex(channel.cipher()[0], "GCM|CHACHA20")
                self.assertEqual(ask(channel)[0], 303)
        for cipher in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"):
            context = tls_client(self.authority, maximum_version=ssl.TLSVersion.TLSv1_2)
            context.set_ciphers(cipher + ":@SECLEVEL=0")
            with self.assertRaises((ssl.SSLError, ConnectionError)), connect(self.hub.port) as raw:
                context.wrap_socket(raw, server_hostname="localhost")
        said = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.hub.port}", "-tls1_1", "-cipher",
                               "ALL:@SECLEVEL=0"], input="", capture_output=True, text=True, check=False)
        self.assertNotIn("Cipher    : ECDHE", said.stdout)
        self.assertNotEqual(said.returncode, 0)

    def test_lets_clients_resume(self):
        self.serve()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = tls_client(self.authority, minimum_version=version, maximum_version=version)
            with context.wrap_socket(connect(self.hub.port), server_hostname="localhost") as first:
                ask(first)
                session = first.session
                self.assertFalse(first.session_reused)
            with context.wrap_socket(connect(self.hub.port), server_hostname="localhost", session=session) as second:
                self.assertEqual(ask(second)[0], 303)
                self.assertTrue(second.session_reused, version)

    def test_tells_browsers_to_stay_with_it_and_keeps_cookies_to_it(self):
        self.serve("--public-url", "https://hub.example.com")
        context = tls_client(self.authority)
        with context.wrap_socket(connect(self.hub.port), server_hostname="hub.example.com") as channel:
            status, head, _ = ask(channel, host="hub.example.com")
            self.assertEqual(status, 303)
            self.assertIn("Strict-Transport-Security: max-age=31536000", head)
            signin = self.hub.ready["signin_url"].split("hub.example.com")[1]
            _, head, _ = ask(channel, signin, host="hub.example.com")
            self.assertRegex(head, r"Set-Cookie: __Host-[^\r]*; Secure")

    def test_takes_files_that_were_replaced_and_keeps_connections(self):
        self.serve()
        self.assertEqual(self.name(), "hub 1")
        with self.open() as before:
            self.assertEqual(ask(before)[0], 303)
            self.authority.issue(self.certificate, self.key)
            until(lambda: self.hub.events("certificate_taken"), "the new certificate")
            self.assertEqual(self.name(), "hub 2")
            self.assertEqual(ask(before)[0], 303, "the connection goes on")
        self.authority.issue(self.certificate, self.key)
        self.hub.hang_up()
        until(lambda: len(self.hub.events("certificate_taken")) == 2, "the one after it")
        self.assertEqual(self.name(), "hub 3")

    def test_keeps_the_old_ones_when_new_ones_are_bad_and_says_so(self):
        self.serve()
        old = self.key.read_bytes()
        worse = [lambda: self.certificate.write_text("nothing"), lambda: self.key.chmod(0o644),
                 lambda: self.key.write_bytes(b"nothing"), self.key.unlink,
                 lambda: self.authority.issue(self.certificate, self.key, days=-1)]
        for number, spoil in enumerate(worse, 1):
            self.authority.issue(self.certificate, self.key)
            self.hub.hang_up()
            until(lambda: len(self.hub.events("certificate_taken")) == number, "a good one")
            good = self.name()
            spoil()
            self.hub.hang_up()
            until(lambda: len(self.hub.events("certificate_not_taken")) >= number, "the refusal")
            self.assertEqual(self.name(), good)
        for event in self.hub.events("certificate_not_taken"):
            self.assertEqual(event["level"], "error")
            self.assertRegex(event["why"], "hub.(pem|key)")
            self.assertIn("kept_until", event)
        self.assertNotIn(old.splitlines()[1].decode(), self.hub.log_file.read_text())

    def test_does_not_start_with_a_key_for_others_to_read_or_with_half_of_it(self):
        self.authority.issue(self.certificate, self.key)
        self.key.chmod(0o604)
        with self.assertRaisesRegex(AssertionError, "chmod 0640"):
            self.hub.start(*self.files())
        self.key.chmod(0o640)
        self.hub.start(*self.files())
        self.assertEqual(self.hub.stop(), 0)
        with self.assertRaisesRegex(AssertionError, "one of them is missing"):
            self.hub.start("--tls-certificate", self.certificate)

    def test_warns_of_the_certificates_end_in_log_and_doctor(self):
        self.serve(days=5)
        until(lambda: self.hub.events("certificate_ends_soon"), "the warning")
        self.assertEqual(self.hub.events("certificate_ends_soon")[0]["days"], 4)
        config = self.hub.folder / "patchbay.toml"
        config.write_text(f'tls-certificate = "{self.certificate}"\ntls-key = "{self.key}"\n')

        def doctor():
            return subprocess.run([PATCHBAY, "--config", config, "doctor", "--offline", "--data",
                                   self.hub.folder / "data", "--key-file", self.hub.key, "--connectors",
                                   self.hub.folder / "connectors"], capture_output=True, text=True, check=False).stdout
        self.assertRegex(doctor(), "WARN tls: the certificate is valid until .*, 4 days")
        self.authority.issue(self.certificate, self.key)
        self.assertIn("  ok  tls: ", doctor())
        self.key.chmod(0o644)
        self.assertIn(" FAIL tls: ", doctor())

    def test_says_to_plain_http_that_it_speaks_tls(self):
        self.serve()
        with connect(self.hub.port) as channel:
            status, _, body = ask(channel)
            self.assertEqual((status, body), (400, b"This port speaks TLS: use https:// instead.\n"))
            self.assertEqual(channel.recv(1), b"")
        self.assertEqual(self.name(), "hub 1")

    def test_drops_who_draws_out_the_handshake(self):
        self.serve()
        hello = self.client_hello()
        started = time.monotonic()
        slow = connect(self.hub.port)
        silent = connect(self.hub.port)
        with slow, silent:
            silent.settimeout(15)
            slow.settimeout(0.2)
            ended = None
            for byte in hello * 2:  # one byte each fifth of a second would last for minutes
                try:
                    slow.sendall(bytes([byte]))
                    if slow.recv(1) == b"":
                        ended = time.monotonic()
                        break
                except TimeoutError:
                    continue
                except OSError:
                    ended = time.monotonic()
                    break
            self.assertIsNotNone(ended)
            self.assertLess(ended - started, 11)
            self.assertEqual(silent.recv(1), b"", "who says nothing goes as well")
            self.assertEqual(self.name(), "hub 1", "others are served meanwhile")

    def test_bounds_what_it_reads_of_a_hello_and_of_garbage(self):
        self.serve()
        before = self.memory()
        # A handshake message that says it is 16 MiB long, in records of full size.
        record = b"\x16\x03\x01\x40\x00"
        for start in (b"\x01\xff\xff\xff" + b"\x00" * 16380, os.urandom(16384), b"\x01\x00\x00\x02\x03\x03" + b"\x00" * 16378):
            with connect(self.hub.port) as channel:
                channel.settimeout(15)
                sent = 0
                try:
                    for _ in range(1024):
                        channel.sendall(record + start)
                        sent += len(start)
                        start = b"\x00" * 16384
                    while channel.recv(65536):
                        pass
                except OSError:
                    pass
        self.assertLess(self.memory() - before, 32 << 20)
        self.assertEqual(self.name(), "hub 1")

    def test_does_not_renegotiate(self):
        self.serve()
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{self.hub.port}", "-tls1_2",
                                   "-CAfile", self.authority.file], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        client.stdin.write("R\n")
        client.stdin.flush()
        said, _ = client.communicate(timeout=20)
        self.assertIn("RENEGOTIATING", said)
        self.assertRegex(said, "no renegotiation|handshake failure|closed|unexpected eof")
        self.assertEqual(self.name(), "hub 1")

    def memory(self):
        status = pathlib.Path(f"/proc/{self.hub.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) << 10

    def client_hello(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = tls_client(self.authority).wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()


if __name__ == "__main__":
    unittest.main(verbosity=2)
