#!/usr/bin/env python3
"""Writes results.json and results.md from what the measurements printed: report.py FIGURES COMMIT

FIGURES is a folder with the files link, worker, sdk, page, lighthouse, tokens, accounts, calls,
connections, refreshes and list. What is not there stays as results.json has it.
"""
import datetime
import json
import os
import pathlib
import platform
import sys

import accounts_curves

HERE = pathlib.Path(__file__).resolve().parent
ANCHORS_OF_TOKENS = {"nginx_logged": "nginx with a record per request", "nginx_bare": "nginx without records"}


def medians(sdk):
    return {b["run_name"]: {"median_ns": b["cpu_time"], "allocations": b["allocations"]}
            for b in sdk["benchmarks"] if b["aggregate_name"] == "median"}


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    return f"{cpu}, {os.cpu_count()} cores, shared"


def read_record(figures, commit):
    record = json.loads((HERE / "results.json").read_text())
    new = {path.name: json.loads(path.read_text()) for path in figures.iterdir() if path.stat().st_size}
    if "sdk" in new:
        new["sdk"] = medians(new["sdk"])
    when = {"date": datetime.date.today().isoformat(), "commit": commit, "machine": machine()}
    if "link" in new:
        record.update(when)
    for name in ("list", "lighthouse", "tokens", "accounts", "calls", "connections", "refreshes"):
        if name in new:
            new[name].update(when)
    return {**record, **new}


CALLS = {"proxy": "a request through POST /unified/proxy", "action": "an action (one page of a list)"}


def call_rows(calls):
    for name, what in CALLS.items():
        yield (f"processor time of {what}", calls[name]["processor_us"]["median"], "us", "nginx as a reverse proxy to the same provider",
               calls["nginx"]["processor_us"]["median"])


def call_text(calls):
    lines = ["", f"Calls of a provider ({calls['date']}, commit {calls['commit']}; {calls['rounds']} rounds of {calls['seconds']} s each, "
             f"{calls['connections']} kept connections, TLS to the provider, an answer of {calls['body_bytes']:,} bytes), round by round:"]
    lines += [f"{what}: {calls[f'ratio_of_{name}'][key]['median']:.2f} ({calls[f'ratio_of_{name}'][key]['min']:.2f} to "
              f"{calls[f'ratio_of_{name}'][key]['max']:.2f}) of nginx by {by};"
              for name, what in CALLS.items() for key, by in (("requests_per_s", "requests a second"), ("processor_us", "processor time"))]
    return [*lines[:-1], lines[-1][:-1] + "."]


def connection_rows(connections):
    hub, nginx = connections["hub"], connections["nginx"]
    for kind, what in (("plain", "an idle client"), ("tls", "an idle client, TLS")):
        yield f"private memory for {what}", hub[f"idle_{kind}_bytes"] / 1000, "kB", "nginx", nginx[f"idle_{kind}_bytes"] / 1000
    for key, what in (("new_us", "a new TLS connection and a request"), ("resumed_us", "a resumed one")):
        yield f"processor time of {what}", hub[key]["median"], "us", "nginx", nginx[key]["median"]


def connection_text(connections):
    return ["", f"Connections ({connections['date']}, commit {connections['commit']}): {connections['clients']:,} clients that had asked once and stayed, plain "
            f"and with TLS 1.3, memory beyond what the program took before; {connections['handshakes']} connections of each kind, three times."]


def refresh_rows(refreshes):
    yield ("processor time of a refresh, worker and database included", refreshes["processor_ms"], "ms", "a Python client's for the same request",
           refreshes["bare_ms"])
    waiting = refreshes["waiting_ms"]
    yield ("a token read while all others are refreshed, median", waiting["meanwhile"]["median"], "ms", "while nothing is", waiting["quiet"]["median"])


def refresh_text(refreshes):
    return ["", f"Refreshes ({refreshes['date']}, commit {refreshes['commit']}): {refreshes['accounts']:,} accounts whose tokens had all run out, the provider's "
            "limits lifted, were fresh again", f"after {refreshes['seconds']:.1f} s. Of each account that was used, {refreshes['held_bytes'] / 1000:.1f} kB stay in "
            "memory. Once, on a machine that others used, too."]


def token_rows(tokens):
    for anchor, name in ANCHORS_OF_TOKENS.items():
        for key, unit, what in (("requests_per_s", "requests/s", "token reads on one core"),
                                ("processor_us", "us", "processor time of a token read")):
            yield what, tokens["hub"][key]["median"], unit, f"{name}, same body", tokens[anchor][key]["median"]


def token_text(tokens):
    def spread(anchor, key):
        ratio = tokens[f"ratio_to_{anchor}"][key]
        return f"{ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})"

    lines = ["", f"Token reads ({tokens['date']}, commit {tokens['commit']}; {tokens['rounds']} rounds of {tokens['seconds']} s each, "
             f"{tokens['connections']} kept connections), round by round, median (least to most):"]
    lines += [f"{spread(anchor, 'requests_per_s')} of {name} by requests a second, {spread(anchor, 'processor_us')} by processor time;"
              for anchor, name in ANCHORS_OF_TOKENS.items()]
    if "hub_1000_to_hub" in tokens:
        each = {what: tokens[f"hub_{what}_to_hub"]["processor_us"]["median"] for what in ("1000", "1000000", "two_loops")}
        lines += [f"by processor time a read takes {each['1000']:.2f} times as much among 1,000 accounts, {each['1000000']:.2f} times among 1,000,000, and",
                  f"{each['two_loops']:.2f} times with two event loops (1,000 accounts, half of them on the loop that is not the connection's);"]
    return [*lines, "the first counts what other programs took of the core, the second does not (docs/performance.md)."]


def accounts_text(accounts):
    sizes = sorted((size for size in accounts if size.isdigit()), key=int)
    least, most = accounts[sizes[0]], accounts[sizes[-1]]
    lines = ["", "## What grows with the number of accounts", "",
             f"{accounts['date']}, commit {accounts['commit']}, SQLite; medians, one size after the other. The anchor is the smallest number.", "",
             f"| | {' | '.join(f'{int(size):,}' for size in sizes)} | {int(sizes[-1]):,} to {int(sizes[0]):,} |",
             f"|---|{'---|' * (len(sizes) + 1)}"]
    for key, label, unit, per in accounts_curves.CURVES:
        cells = [f"{accounts[size][key] / per:.2f} {unit}" for size in sizes]
        lines.append(f"| {label} | {' | '.join(cells)} | {most[key] / least[key]:.2f} |" if least[key] else f"| {label} | {' | '.join(cells)} | |")
    grown = (most["bytes"] - least["bytes"]) / (int(sizes[-1]) - int(sizes[0]))
    on_disk = most["file_bytes"] / int(sizes[-1])
    return [*lines, "", f"Of each further idle account the hub keeps {grown:.1f} bytes in its memory, and {on_disk / 1000:.1f} kB on the disk.", "",
            "![curves](../../docs/pictures/accounts.svg)"]


def rows_of(record):
    link, worker, sdk, whole = (record[name] for name in ("link", "worker", "sdk", "list"))

    def millis(label, key, anchor, anchor_key):
        return label, link[key]["median_ms"], "ms", anchor, link[anchor_key]["median_ms"]

    def measured(label, key, anchor, anchor_key, which="median"):
        return label, worker[key][which], worker[key]["unit"], anchor, worker[anchor_key][which]

    yield millis("connect through the hub", "connect_through_hub", "bare TLS client, same requests", "connect_bare_client")
    yield millis("connector dropped until ready", "drop_to_ready", "copying the file", "copy_of_the_file")
    if page := record.get("page"):
        yield ("connector dropped until an open page shows it", page["drop_to_page"]["median_ms"], "ms",
               "loading that page", page["page_load"]["median_ms"])
    if phone := record.get("lighthouse"):
        hub, still = phone["hub"], phone["same_bytes"]
        yield (f"the connect page's largest paint as on a slow phone ({hub['bytes'] / 1000:.0f} kB; Lighthouse's performance"
               f" {hub['performance']} of 100)", hub["largest_paint_ms"], "ms",
               f"the same bytes handed out as they are (performance {still['performance']}), {phone['rounds']} rounds", still["largest_paint_ms"])
    yield measured("a flow in a walled worker, many at once", "flow_in_worker_pipelined", "in process", "flow_in_process")
    yield measured("a flow in a walled worker, one after another", "flow_in_worker_serial", "in process", "flow_in_process")
    yield measured("starting a worker, walls up and library loaded", "worker_start", "starting an empty program",
                   "empty_program")
    for label, key in (("a connect flow in process, as a coroutine", "flow_as_coroutine"),
                       ("a connect flow in process, client credentials", "flow_by_client_credentials")):
        yield (f"{label} ({sdk[key]['allocations']:.0f} allocations)", sdk[key]["median_ns"] / 1000, "us",
               "an API key's flow in C99", sdk["flow_in_c"]["median_ns"] / 1000)
    for key in worker:
        if key.startswith("other_beside_"):
            how = key.removeprefix("other_beside_")
            yield measured(f"another connector's call beside one that does *{how.replace('_', ' ')}*, 99th percentile",
                           key, "undisturbed", f"other_undisturbed_{how}", "p99")
    if tokens := record.get("tokens"):
        yield from token_rows(tokens)
    if calls := record.get("calls"):
        yield from call_rows(calls)
    if connections := record.get("connections"):
        yield from connection_rows(connections)
    if refreshes := record.get("refreshes"):
        yield from refresh_rows(refreshes)
    yield (f"a list of {whole['records']:,} persons, all pages through the hub", whole["records_per_s"], "records/s",
           "the same pages straight from the sandbox", whole["bare_records_per_s"])


def text_of(record):
    whole = record["list"]
    lines = ["# Measured", "",
             f"{record['date']}, commit {record['commit']}, {record['machine']}. Both columns of a row come from one",
             f"interleaved run of `tests/bench/run` ({record['link']['rounds']} rounds), medians unless said; the machine is shared, so read the ratio,",
             "not the times. The list and the token reads ran on the days and commits named below the table, the list once.", "",
             "| what | figure | anchor | its figure | ratio |", "|---|---|---|---|---|"]
    lines += [f"| {label} | {a:.2f} {unit} | {anchor} | {b:.2f} {unit} | {a / b:.2f} |"
              for label, a, unit, anchor, b in rows_of(record)]
    lines += ["", f"Private memory of an idle worker: {record['worker']['private_mib_of_an_idle_worker']:.2f} MiB.", "",
              f"The list ({whole['pages']:,} pages of a stream; {whole['date']}, commit {whole['commit']}): the hub's resident memory is",
              f"{whole['resident_mib_first_tenth']:.2f} MiB in the first tenth of the run, {whole['resident_mib_last_tenth']:.2f} MiB in the last, "
              f"{whole['resident_mib_peak']:.2f} MiB at most. One reader each, one after the",
              "other, once."]
    if tokens := record.get("tokens"):
        lines += token_text(tokens)
    if calls := record.get("calls"):
        lines += call_text(calls)
    if connections := record.get("connections"):
        lines += connection_text(connections)
    if refreshes := record.get("refreshes"):
        lines += refresh_text(refreshes)
    if accounts := record.get("accounts"):
        lines += accounts_text(accounts)
    if phone := record.get("lighthouse"):
        lines += ["", f"The page on a slow phone: {phone['date']}, commit {phone['commit']}; a phone and a line that Lighthouse simulates."]
    return "\n".join(lines) + "\n"


def main(figures, commit):
    record = read_record(pathlib.Path(figures), commit)
    (HERE / "results.json").write_text(json.dumps(record, indent=1) + "\n")
    (HERE / "results.md").write_text(text_of(record))
    if accounts := record.get("accounts"):
        accounts_curves.draw(accounts, HERE.parent.parent / "docs/pictures/accounts.svg")
    print(text_of(record), end="")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
