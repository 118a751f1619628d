#!/usr/bin/env python3
"""Many tokens that run out at once: refresh_bench.py BIN CONNECTORS [ACCOUNTS]

Links one account through personio-sandbox (its rate limits off), copies it ACCOUNTS (5,000) times, lets every token have run out, and starts
`patchbay serve`, which mints them anew. Meanwhile somebody reads the token of an account that needs none. Measured:

  seconds, per_s   until all are fresh
  processor_ms     processor time of the hub and its workers for one refresh: claimed, the provider asked over TLS by way of the connector's
                   walled worker, sealed and stored
  bare_ms          the anchor: processor time of a Python client for the same token request on one kept TLS connection
  waiting_ms       how long the reader of tokens waited meanwhile, and with nothing else to do (median, 99th percentile)
  held_bytes       private memory for each account that was used, as it stays

Prints JSON.
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
from accounts_bench import private_bytes, processor_s

DAY_MS = 86_400_000
BARE = 500
UNLIMITED = {"personio": {"rate_limits": {name: {"requests": 1_000_000, "per_s": 1} for name in ("v2_token", "v1_token", "v1_all")}}}


def with_children(pid):
    return [pid, *(int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split())]


def let_all_run_out(file, but):
    """As if every token had been minted a day ago; the accounts were used since."""
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        now = int(time.time() * 1000)
        database.execute("UPDATE account_tokens SET minted = ?, expires = ? WHERE account_id <> ?", (now - DAY_MS, now - 1000, but))
        database.execute("UPDATE accounts SET next_refresh = ?, updated = ?, last_used = ? WHERE id <> ?",
                         (now - 1000, now - DAY_MS, now - 1000, but))


def left(file):
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM account_tokens WHERE expires < ?", (int(time.time() * 1000),)).fetchone()[0]


class Reader:
    def __init__(self, url, key, account):
        self.connection = http.client.HTTPConnection(url.split("://", 1)[1])
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
        self.target = f"/accounts/{account}/access_token?name=v2"

    def ms(self):
        start = time.perf_counter()
        bench.answer(self.connection, "GET", self.target, None, self.headers)
        return 1000 * (time.perf_counter() - start)


def percentiles(times):
    return {"median": round(statistics.median(times), 3), "p99": round(sorted(times)[int(len(times) * 0.99)], 3)}


def bare_ms(sandbox):
    """Processor time of this program for a token request."""
    client, fields = bench.Bare(sandbox), sandbox["credentials"][0]["fields"]
    form = f"grant_type=client_credentials&client_id={fields['client_id']}&client_secret={fields['client_secret']}"
    before = time.process_time()
    for _ in range(BARE):
        bench.answer(client.connection, "POST", "/v2/auth/token", form, {"Content-Type": "application/x-www-form-urlencoded"})
    return 1000 * (time.process_time() - before) / BARE


def measure(programs, connectors, accounts):
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        sandbox_file, ready, settings = folder / "sandbox.json", folder / "ready.json", folder / "settings.json"
        settings.write_text(json.dumps(UNLIMITED))
        program = stack.enter_context(bench.started(programs / "personio-sandbox", "--state", folder / "sandbox", "--port", "0",
                                                    "--ready-file", sandbox_file))
        sandbox = bench.wait_for(sandbox_file, program)
        bench.set_options(sandbox, {"rate_limits": False})
        hub = bench.Hub(folder, programs, connectors, sandbox_file, sandbox)
        key = hub.run("api-keys", "create", "--data", folder / "hub", "--name", "all", "--scopes", "tokens").split()[0]
        subprocess.run([programs / "copy_account", folder / "hub", hub.account, str(accounts)], check=True, stderr=subprocess.DEVNULL)
        database = folder / "hub/patchbay.db"
        let_all_run_out(database, hub.account)
        serving = stack.enter_context(bench.started(programs / "patchbay", "serve", *hub.common, "--port", "0", "--provider-settings", settings,
                                                    "--ready-file", ready))
        url = bench.wait_for(ready, serving)["url"]
        start, memory = time.perf_counter(), private_bytes(serving.pid)
        reader, busy = Reader(url, key, hub.account), []
        reader.ms()
        looked = start
        while True:
            busy.append(reader.ms())
            time.sleep(0.01)
            if time.perf_counter() - looked > 1:
                looked = time.perf_counter()
                if left(database) == 0:
                    break
        seconds = time.perf_counter() - start
        spent = sum(map(processor_s, with_children(serving.pid)))
        time.sleep(2)
        quiet = []
        for _ in range(300):
            quiet.append(reader.ms())
            time.sleep(0.01)
        record = {"accounts": accounts, "seconds": round(seconds, 2), "per_s": round(accounts / seconds, 1),
                  "processor_ms": round(1000 * spent / accounts, 3), "bare_ms": round(bare_ms(sandbox), 3),
                  "waiting_ms": {"meanwhile": percentiles(busy), "quiet": percentiles(quiet)},
                  "held_bytes": round((private_bytes(serving.pid) - memory) / accounts)}
    return record


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    print(json.dumps(measure(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3]) if len(sys.argv) == 4 else 5_000)))
