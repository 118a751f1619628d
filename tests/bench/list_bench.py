#!/usr/bin/env python3
"""A long list through the hub: list_bench.py BIN CONNECTORS [PERSONS]

Starts personio-sandbox with so many persons (100,000) and its rate limits off, and `patchbay serve`, both as they are installed; reads the whole
list through the hub as a stream of lines, and the same pages straight from the sandbox over one TLS connection, one after the other. Prints
JSON: records a second of both, and the hub's resident memory over the run. Clients reach the hub over HTTP on the loopback address, as behind a
proxy that ends TLS; the hub reaches the sandbox over verified TLS.
"""
import base64
import contextlib
import http.client
import json
import pathlib
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

PAGE = 50  # the most that a page of persons has
HOST = "api.personio.de"
UNLIMITED = {"personio": {"rate_limits": {"v2_persons": {"requests": 1_000_000, "per_s": 1}}}}


def wait_for(path, program):
    for _ in range(600):
        if path.exists():
            return json.loads(path.read_text())
        if program.poll() is not None:
            sys.exit(f"{program.args[0]} ended with {program.returncode}")
        time.sleep(0.05)
    sys.exit(f"{program.args[0]} does not start")


@contextlib.contextmanager
def started(*arguments):
    program = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield program
    finally:
        program.terminate()
        program.wait()


class Tls(http.client.HTTPSConnection):
    """To a name, but at 127.0.0.1: as curl's --resolve."""

    def __init__(self, host, port, ca_file):
        super().__init__(host, port, context=ssl.create_default_context(cafile=ca_file))

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def answer(connection, method, target, body=None, headers=()):
    connection.request(method, target, body, dict(headers))
    response = connection.getresponse()
    data = response.read()
    if response.status // 100 != 2:
        sys.exit(f"{method} {target}: {response.status} {data[:500]!r}")
    return data


def set_options(sandbox, options):
    url = sandbox["control_url"].split("://", 1)[1]
    host, path = url.split("/", 1)
    answer(Tls(host.split(":")[0], sandbox["port"], sandbox["ca_file"]), "PATCH", f"/{path}/options", json.dumps(options),
           {"Content-Type": "application/json", "X-Sandbox-Token": sandbox["control_token"]})


class Bare:
    """The anchor: the same pages, without a hub."""

    def __init__(self, sandbox):
        fields = sandbox["credentials"][0]["fields"]
        self.connection = Tls(HOST, sandbox["port"], sandbox["ca_file"])
        form = f"grant_type=client_credentials&client_id={fields['client_id']}&client_secret={fields['client_secret']}"
        token = json.loads(answer(self.connection, "POST", "/v2/auth/token", form,
                                  {"Content-Type": "application/x-www-form-urlencoded"}))["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def read(self):
        records, target = 0, f"/v2/persons?limit={PAGE}"
        while target:
            page = json.loads(answer(self.connection, "GET", target, None, self.headers))
            records += len(page["_data"])
            link = page.get("_meta", {}).get("links", {}).get("next", {}).get("href")
            target = link.split(HOST, 1)[1] if link else None
            target = target[target.index("/"):] if target else None
        return records


class Hub:
    def __init__(self, folder, programs, connectors, sandbox_file, sandbox):
        self.common = ["--data", folder / "hub", "--connectors", connectors, "--sandbox", sandbox_file, "--approve-all"]
        self.patchbay = programs / "patchbay"
        (folder / "hub").mkdir(mode=0o700)
        self.run("key", "create", folder / "hub/key")
        fields = sandbox["credentials"][0]["fields"]
        linked = self.run("accounts", "link", "personio", *self.common, "--owner-id", "bench", "--json",
                          "--field", f"client_id={fields['client_id']}", typed=fields["client_secret"] + "\n")
        self.account = json.loads(linked)["id"]
        key = self.run("api-keys", "create", "--data", folder / "hub", "--name", "bench").split()[0]
        self.key = base64.b64encode(f"{key}:".encode()).decode()

    def run(self, *arguments, typed=None):
        done = subprocess.run([self.patchbay, *arguments], input=typed, capture_output=True, text=True, check=False,
                              start_new_session=True)
        if done.returncode != 0:
            sys.exit(f"patchbay {arguments[0]}: {done.stderr}")
        return done.stdout

    def read(self, port, pid):
        """Records, and the hub's resident memory in KiB after each page."""
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/actions/rpc", json.dumps({"action": "personio_list_persons"}),
                           {"Authorization": f"Basic {self.key}", "x-account-id": self.account,
                            "Content-Type": "application/json", "Accept": "application/x-ndjson"})
        response = connection.getresponse()
        records, memory, end = 0, [], None
        for line in response:
            if line.startswith(b'{"record"'):
                records += 1
                continue
            memory.append(resident_kib(pid))
            end = json.loads(line).get("end", end)
        if not end or not end.get("complete"):
            sys.exit(f"the list broke off after {records} records: {end}")
        return records, memory


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def timed(work):
    begin = time.monotonic()
    result = work()
    return result, time.monotonic() - begin


def measure(programs, connectors, persons):
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        sandbox_file, hub_file, settings = folder / "sandbox.json", folder / "ready.json", folder / "settings.json"
        settings.write_text(json.dumps(UNLIMITED))
        program = stack.enter_context(started(programs / "personio-sandbox", "--state", folder / "sandbox",
                                              "--port", "0", "--ready-file", sandbox_file))
        sandbox = wait_for(sandbox_file, program)
        set_options(sandbox, {"persons": persons, "rate_limits": False})
        hub = Hub(folder, programs, connectors, sandbox_file, sandbox)
        serving = stack.enter_context(started(programs / "patchbay", "serve", *hub.common, "--port", "0",
                                              "--provider-settings", settings, "--ready-file", hub_file))
        port = int(wait_for(hub_file, serving)["url"].rsplit(":", 1)[1])
        bare = Bare(sandbox)
        straight, straight_s = timed(bare.read)
        (records, memory), through_s = timed(lambda: hub.read(port, serving.pid))
        if records != straight or records < persons:
            sys.exit(f"{records} records through the hub, {straight} without it")
    tenth = max(1, len(memory) // 10)
    return {"records": records, "pages": len(memory),
            "records_per_s": round(records / through_s), "bare_records_per_s": round(straight / straight_s),
            "resident_mib_first_tenth": round(statistics.median(memory[:tenth]) / 1024, 2),
            "resident_mib_last_tenth": round(statistics.median(memory[-tenth:]) / 1024, 2),
            "resident_mib_peak": round(max(memory) / 1024, 2)}


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    print(json.dumps(measure(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(),
                             int(sys.argv[3]) if len(sys.argv) == 4 else 100_000)))
