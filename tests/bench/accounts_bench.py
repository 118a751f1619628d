#!/usr/bin/env python3
"""What grows with the number of accounts: accounts_bench.py BIN CONNECTORS [SIZE ...]

For each SIZE (100, 10000, 1000000): links one account through personio-sandbox, copies it until there are so many, each with an owner and sealed
values of its own (copy_account), starts `patchbay serve` on them, and measures

  started         from starting the program to the first token served, in ms
  idle_core       processor time while nobody asks, in percent of one core
  bytes           private memory (neither page cache nor program) of the idle hub, in bytes
  token_first     a token read of an account that was not read before, in ms; likewise
  token_again     of one that was
  show, list, list_last, find_owner
                  one account; the first and the last page of 25; the accounts of one owner
  link, unlink    `patchbay accounts link` beside the running hub, a process of its own; DELETE /accounts/{id}

Prints JSON, by size; times are medians over accounts drawn at random, over one kept connection. The anchor of a size is the smallest one.
"""
import base64
import contextlib
import http.client
import json
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import list_bench as bench

SAMPLES = 200
PAGE = 25
TICKS_PER_S = 100
LINKS = 7


def private_bytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(1024 * int(line.split()[1]) for line in text.splitlines() if line.startswith("RssAnon:"))


def processor_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


class Client:
    def __init__(self, url, key):
        self.connection = http.client.HTTPConnection(url.split("://", 1)[1])
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}

    def ms(self, method, target):
        start = time.perf_counter()
        self.body = bench.answer(self.connection, method, target, None, self.headers)
        return 1000 * (time.perf_counter() - start)

    def each(self, method, targets):
        return statistics.median([self.ms(method, target) for target in targets])


def some_accounts(folder, count):
    """(id, owner) of so many at random, none of them twice where there are enough."""
    with contextlib.closing(sqlite3.connect(folder / "hub/patchbay.db")) as database:
        return database.execute("SELECT id, owner_id FROM accounts WHERE owner_id <> 'bench' AND status = 'active' ORDER BY random() LIMIT ?",
                                (count,)).fetchall()


def measure_served(hub, client, folder, size, credentials):
    accounts = some_accounts(folder, SAMPLES)
    tokens = [f"/accounts/{account}/access_token?name=v2" for account, _ in accounts]
    times = {"token_first": client.each("GET", tokens), "token_again": client.each("GET", tokens),
             "show": client.each("GET", [f"/accounts/{account}" for account, _ in accounts]),
             "list": client.each("GET", [f"/accounts?page_size={PAGE}"] * SAMPLES),
             "list_last": client.each("GET", [f"/accounts?page_size={PAGE}&page={-(-size // PAGE)}"] * 20)}
    if len(json.loads(client.body)) != (size % PAGE or PAGE):
        sys.exit("the last page is not the last page")
    times["find_owner"] = client.each("GET", [f"/accounts?origin_owner_id={owner}" for _, owner in accounts])
    if len(json.loads(client.body)) != 1:
        sys.exit("an owner has another number of accounts")

    def link(number):
        start = time.perf_counter()
        hub.run("accounts", "link", "personio", *hub.common, "--owner-id", f"late{number}", "--json", "--field",
                f"client_id={credentials['client_id']}", typed=credentials["client_secret"] + "\n")
        return 1000 * (time.perf_counter() - start)
    times["link"] = statistics.median([link(number) for number in range(LINKS)])
    times["unlink"] = client.each("DELETE", [f"/accounts/{account}" for account, _ in accounts[:LINKS * 3]])
    return times


def measure(programs, connectors, size):
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        sandbox_file, hub_file = folder / "sandbox.json", folder / "ready.json"
        program = stack.enter_context(bench.started(programs / "personio-sandbox", "--state", folder / "sandbox", "--port", "0",
                                                    "--ready-file", sandbox_file))
        sandbox = bench.wait_for(sandbox_file, program)
        hub = bench.Hub(folder, programs, connectors, sandbox_file, sandbox)
        key = hub.run("api-keys", "create", "--data", folder / "hub", "--name", "all", "--scopes", "accounts tokens").split()[0]
        subprocess.run([programs / "copy_account", folder / "hub", hub.account, str(size - 1)], check=True, stderr=subprocess.DEVNULL)
        files = sum(path.stat().st_size for path in (folder / "hub").glob("patchbay.db*"))
        start = time.perf_counter()
        serving = stack.enter_context(bench.started(programs / "patchbay", "serve", *hub.common, "--port", "0", "--ready-file", hub_file))
        while not hub_file.exists() and serving.poll() is None:
            time.sleep(0.002)
        client = Client(bench.wait_for(hub_file, serving)["url"], key)
        client.ms("GET", f"/accounts/{hub.account}/access_token?name=v2")
        record = {"started": 1000 * (time.perf_counter() - start)}
        time.sleep(3)
        before = processor_s(serving.pid)
        time.sleep(10)
        record["idle_core"] = 10 * (processor_s(serving.pid) - before)
        record["bytes"] = private_bytes(serving.pid)
        record.update(measure_served(hub, client, folder, size, sandbox["credentials"][0]["fields"]))
        record["bytes_after"] = private_bytes(serving.pid)
        record["file_bytes"] = files
    return {key: round(value, 3) for key, value in record.items()}


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sizes = [int(text) for text in sys.argv[3:]] or [100, 10_000, 1_000_000]
    print(json.dumps({str(size): measure(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), size) for size in sizes}))
