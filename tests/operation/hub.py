"""A hub as its own process, for tests of how it is operated: its files, its log, requests to it."""
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

BUILD = pathlib.Path(os.environ["PATCHBAY_BUILD"]).resolve()
PATCHBAY = str(BUILD / "bin/patchbay")


def until(is_so, what="it", seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited too long for {what}")
        time.sleep(0.02)


def listening_port(pid):
    """Of a process that listens on one port."""
    sockets = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            sockets.add(os.readlink(entry))
        except OSError:
            continue
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            return int(fields[1].split(":")[1], 16)
    raise AssertionError("it listens nowhere")


class Authority:
    """Makes certificates with openssl(1)."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "ca.pem"
        self.issued = 0
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", "/CN=test authority", "-keyout", folder / "ca.key", "-out", self.file)

    def issue(self, certificate, key, days=90):
        """For localhost and hub.example.com. Written beside and moved there, as renewals do."""
        self.issued += 1
        request, fresh, fresh_key = (self.folder / name for name in ("request", "fresh.pem", "fresh.key"))
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-subj", f"/CN=hub {self.issued}", "-keyout", fresh_key, "-out", request)
        names = self.folder / "names"
        names.write_text("subjectAltName=DNS:localhost,DNS:hub.example.com,IP:127.0.0.1\n")
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.folder / "ca.key",
                      "-CAcreateserial", "-days", str(days), "-extfile", names, "-out", fresh)
        fresh_key.chmod(0o600)
        fresh_key.rename(key)
        fresh.rename(certificate)
        return f"hub {self.issued}"

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Hub:
    """patchbay serve with a folder of its own; ended and removed by close()."""

    def __init__(self, folder=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="patchbay-operation-"))
        (self.folder / "connectors").mkdir(exist_ok=True)
        self.key = self.folder / "key"
        if not self.key.exists():
            subprocess.run([PATCHBAY, "key", "create", self.key], check=True, capture_output=True)
        self.log_file = self.folder / "log"
        self.process = None

    def arguments(self, *more):
        # More options after these, whose values win.
        return ["serve", "--data", str(self.folder / "data"), "--key-file", str(self.key), "--connectors",
                str(self.folder / "connectors"), "--ready-file", str(self.folder / "ready"), "--loops", "2",
                *map(str, more)]

    def start(self, *more, before=(), port=0, env=None, **popen):
        (self.folder / "ready").unlink(missing_ok=True)
        listen = [] if port is None else ["--port", str(port)]
        with open(self.log_file, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([PATCHBAY, *map(str, before), *self.arguments(*listen, *more)],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                                            env={**os.environ, **(env or {})}, **popen)
        until(lambda: (self.folder / "ready").exists() or self.process.poll() is not None, "the hub")
        if self.process.poll() is not None:
            raise AssertionError("the hub did not start: " + self.log_file.read_text()[-2000:])
        self.ready = json.loads((self.folder / "ready").read_text())
        self.port = listening_port(self.process.pid) if port in (0, None) else port
        return self

    def events(self, name=None):
        found = [json.loads(line) for line in self.log_file.read_text().splitlines() if line.startswith("{")]
        return [event for event in found if name in (None, event["event"])]

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def ask(channel, path="/", host="localhost", headers=()):
    """One request over an open connection: status, head and body."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]
    channel.sendall("\r\n".join(lines).encode())
    return read_answer(channel)


def read_answer(channel):
    data = b""
    while b"\r\n\r\n" not in data:
        more = channel.recv(65536)
        if not more:
            raise ConnectionError(f"closed after {data!r}")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    head = head.decode()
    for line in head.splitlines():
        if line.lower().startswith("content-length:"):
            while len(body) < int(line.split(":")[1]):
                body += channel.recv(65536)
    return int(head.split()[1]), head, body


def tls_client(authority, **settings):
    context = ssl.create_default_context(cafile=str(authority.file))
    for name, value in settings.items():
        setattr(context, name, value)
    return context
