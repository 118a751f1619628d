#!/usr/bin/env python3
"""Token reads beside nginx: token_bench.py BIN CONNECTORS [ROUNDS [SECONDS [HUB ...]]]

Starts personio-sandbox, `patchbay serve` with one event loop and 1, 1,000 and 1,000,000 accounts, one more with two loops and 1,000 accounts, and nginx
(token_bench.conf), each server on core 0, the one with two loops on both; wrk on core 1 asks them over 32 kept connections on the loopback address, one
server after the other for so many SECONDS (3), so many ROUNDS (7). Of many accounts 1,000 are asked for, in turns. nginx answers a body of the hub's
size, once with a record per request in its access log, once without. Every answer of the hub is checked against key and tenant and recorded in the
audit log.

Prints JSON: for each server its requests a second and its processor time a request in microseconds (user, kernel and both), for the hub with one account
the ratio to each anchor, and for the others that to the hub with one, round by round. Each figure is its least, median and most. Processor time does
not count what other programs took of the core. HUB, of those below and hub among them: not all of them.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import urllib.request

import list_bench as bench

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {"wrk": "wrk", "nginx": "nginx-light", "taskset": "util-linux"}
PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
CONNECTIONS = 32
ASKED_FOR = 1_000
HUBS = {"hub": (1, 1), "hub_1000": (1_000, 1), "hub_1000000": (1_000_000, 1), "hub_two_loops": (1_000, 2)}  # accounts, loops
TICKS_US = 1e6 / os.sysconf("SC_CLK_TCK")


def need_programs():
    lacking = [package for name, package in PACKAGES.items() if not shutil.which(name, path=PATH)]
    if lacking:
        sys.exit(f"token_bench.py needs programs that are not here: apt-get install {' '.join(lacking)}")


def on_core(core, name, *arguments):
    return ["taskset", "-c", str(core), shutil.which(name, path=PATH) or name, *arguments]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


class Server:
    """What is measured: `url`, with `key`, answered by the process `pid` and its children. `script` is wrk's."""

    def __init__(self, url, key, program, script=None):
        self.url, self.key, self.pid, self.script = url, key, program.pid, script

    def get(self):
        request = urllib.request.Request(self.url, headers={"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request) as response:
            return response.read().decode()

    def processor_us(self):
        """User and kernel."""
        pids = [self.pid, *map(int, pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())]
        fields = [pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids]
        return tuple(TICKS_US * sum(int(each[i]) for each in fields) for i in (11, 12))

    def options(self):
        """Further ones of wrk."""
        return ["-s", self.script] if self.script else []

    def load(self, seconds):
        before = self.processor_us()
        ran = subprocess.run(on_core(1, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", f"Authorization: Bearer {self.key}",
                                     *self.options(), self.url),
                             capture_output=True, text=True, check=False)
        user, kernel = (after - earlier for after, earlier in zip(self.processor_us(), before))
        count = re.search(r"(\d+) requests in", ran.stdout)
        if ran.returncode != 0 or not count or "Non-2xx" in ran.stdout or "Socket errors" in ran.stdout:
            sys.exit(f"{self.url}: {ran.stdout}{ran.stderr}")
        requests = int(count[1])
        return {"requests_per_s": float(re.search(r"Requests/sec:\s+([\d.]+)", ran.stdout)[1]), "user_us": user / requests,
                "kernel_us": kernel / requests, "processor_us": (user + kernel) / requests}


def wait_for_port(port, program):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            sys.exit(f"nginx ended with {program.wait(0.05)}")
    sys.exit("nginx does not start")


def start_anchors(stack, folder, body):
    """nginx with and without a record per request, by name."""
    logged, bare = free_ports(2)
    text = (HERE / "token_bench.conf").read_text()
    for word, value in {"LOGGED": logged, "BARE": bare, "BODY": body}.items():
        text = text.replace(f"@{word}@", str(value))
    (folder / "nginx.conf").write_text(text)
    program = stack.enter_context(bench.started(*on_core(0, "nginx", "-p", folder, "-c", folder / "nginx.conf")))
    wait_for_port(bare, program)
    return {name: Server(f"http://127.0.0.1:{port}/", "none", program) for name, port in (("nginx_logged", logged), ("nginx_bare", bare))}


def turns(folder, database):
    """A script that asks for one account after the other."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        ids = [each for each, in opened.execute("SELECT id FROM accounts ORDER BY random() LIMIT ?", (ASKED_FOR,))]
    script = folder / "turns.lua"
    script.write_text("local ids = {" + ",".join(f"'{each}'" for each in ids) + "}\nlocal i = 0\nrequest = function()\n  i = i % #ids + 1\n"
                      "  return wrk.format('GET', '/accounts/' .. ids[i] .. '/access_token?name=v2')\nend\n")
    return script


def start_hub(stack, folder, programs, connectors, accounts, loops):
    folder.mkdir()
    sandbox_file, hub_file = folder / "sandbox.json", folder / "ready.json"
    program = stack.enter_context(bench.started(programs / "personio-sandbox", "--state", folder / "sandbox", "--port", "0",
                                                "--ready-file", sandbox_file))
    hub = bench.Hub(folder, programs, connectors, sandbox_file, bench.wait_for(sandbox_file, program))
    key = hub.run("api-keys", "create", "--data", folder / "hub", "--name", "tokens", "--scopes", "tokens").split()[0]
    if accounts > 1:
        subprocess.run([programs / "copy_account", folder / "hub", hub.account, str(accounts - 1)], check=True, stderr=subprocess.DEVNULL)
    script = turns(folder, folder / "hub/patchbay.db") if accounts > 1 else None
    cores = "0" if loops == 1 else "0,1"
    serving = stack.enter_context(bench.started(*on_core(cores, programs / "patchbay", "serve", *hub.common, "--port", "0", "--loops", str(loops),
                                                         "--ready-file", hub_file)))
    url = bench.wait_for(hub_file, serving)["url"]
    return Server(f"{url}/accounts/{hub.account}/access_token?name=v2", key, serving, script)


def spread(values):
    return {"min": round(min(values), 3), "median": round(statistics.median(values), 3), "max": round(max(values), 3)}


def record_of(figures):
    record = {name: {key: spread([each[key] for each in rounds]) for key in rounds[0]} for name, rounds in figures.items()}
    for anchor in ("nginx_logged", "nginx_bare"):
        pairs = list(zip(figures["hub"], figures[anchor]))
        record[f"ratio_to_{anchor}"] = {
            "requests_per_s": spread([hub["requests_per_s"] / other["requests_per_s"] for hub, other in pairs]),
            "processor_us": spread([other["processor_us"] / hub["processor_us"] for hub, other in pairs])}
    for name in sorted(figures.keys() & HUBS.keys() - {"hub"}):
        record[f"{name}_to_hub"] = {"processor_us": spread([many["processor_us"] / one["processor_us"]
                                                            for many, one in zip(figures[name], figures["hub"])])}
    return record


def measure(programs, connectors, rounds, seconds, hubs):
    need_programs()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        folder.chmod(0o711)  # nginx's worker is another user when root starts it
        servers = {name: start_hub(stack, folder / name, programs, connectors, *how) for name, how in HUBS.items() if name in hubs}
        body = servers["hub"].get()
        servers.update(start_anchors(stack, folder, body))
        for server in servers.values():
            server.load(1)
        if servers["nginx_bare"].get() != body:
            sys.exit("nginx answers something else than the hub")
        figures = {name: [] for name in servers}
        for _ in range(rounds):
            for name, server in servers.items():
                figures[name].append(server.load(seconds))
    return {"rounds": rounds, "seconds": seconds, "connections": CONNECTIONS, "body_bytes": len(body), **record_of(figures)}


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    asked = [int(text) for text in sys.argv[3:5]]
    print(json.dumps(measure(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), *(asked + [7, 3][len(asked):]), sys.argv[5:] or HUBS)))
