#!/usr/bin/env python3
"""A hub behind a reverse proxy: whose word counts for where requests come from, and how it is called."""
import json
import re
import unittest

from hub import Hub, ask, connect


class BehindAProxy(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()

    def tearDown(self):
        self.hub.close()

    def peer_of_sign_in(self, *headers):
        """Whom the audit log names for a sign-in with these headers."""
        path = "/" + self.hub.ready["signin_url"].split("/", 3)[3]
        with connect(self.hub.port) as channel:
            _, head, page = ask(channel, path, "hub.example.com", headers)
            cookie = re.search(r"Set-Cookie: ([^;]+);", head)[1]
            if b"<form" not in page:
                _, head, page = ask(channel, re.search(r"Location: (\S+)", head)[1], "hub.example.com",
                                    [f"Cookie: {cookie}", *headers])
            csrf = re.search(rb'name="csrf" value="([^"]+)"', page)[1].decode()
            action = re.search(rb'action="([^"]+)"', page)[1].decode()
            body = f"csrf={csrf}"
            channel.sendall("\r\n".join([
                f"POST {action} HTTP/1.1", "Host: hub.example.com", f"Cookie: {cookie}",
                "Origin: https://hub.example.com", "Sec-Fetch-Site: same-origin",
                "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}", *headers, "",
                body]).encode())
            answer = channel.recv(65536).decode()
            self.assertRegex(answer, "^HTTP/1.1 303", answer)
        lines = [json.loads(line) for file in (self.hub.folder / "data/audit").glob("*.jsonl")
                 for line in file.read_text().splitlines()]
        return [line["peer"] for line in lines if line.get("kind") == "operator.signed_in"][-1]

    def test_pages_take_their_forms_and_proxies_are_believed(self):
        self.hub.start("--public-url", "https://hub.example.com", "--trusted-proxy", "127.0.0.0/8")
        self.assertEqual(self.peer_of_sign_in("X-Forwarded-For: 6.6.6.6, 203.0.113.9"), "203.0.113.9")

    def test_others_are_not_believed(self):
        self.hub.start("--public-url", "https://hub.example.com", "--trusted-proxy", "10.0.0.0/8")
        self.assertEqual(self.peer_of_sign_in("X-Forwarded-For: 203.0.113.9"), "127.0.0.1")

    def test_a_proxy_that_is_none_ends_the_start(self):
        with self.assertRaisesRegex(AssertionError, "--trusted-proxy wants"):
            self.hub.start("--trusted-proxy", "proxy.example.com")

    def test_answers_without_tls_do_not_speak_of_it(self):
        self.hub.start("--public-url", "https://hub.example.com")
        with connect(self.hub.port) as channel:
            self.assertNotIn("Strict-Transport-Security", ask(channel, host="hub.example.com")[1])


if __name__ == "__main__":
    unittest.main(verbosity=2)
