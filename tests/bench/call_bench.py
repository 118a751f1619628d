#!/usr/bin/env python3
"""Calls of a provider beside a plain reverse proxy: call_bench.py BIN CONNECTORS [ROUNDS [SECONDS]]

On core 0, one after the other and ROUNDS (5) times for SECONDS (3) each: `patchbay serve` with one event loop, and nginx with one worker
(call_bench.conf). Both ask the same provider over verified TLS on connections that are kept: nginx on core 1, which hands out what
personio-sandbox had answered to a list of persons. wrk, on core 1 as well, asks over 32 kept connections, plain HTTP on the loopback address.

  proxy   POST /unified/proxy: key, scope, account and policy checked, the credential put in and looked for in what comes back, the
          answer wrapped, call and audit record written
  action  POST /actions/rpc with the list's action: also its input checked, the answer's records taken out, the next page sealed
  nginx   proxy_pass with the credential in its configuration, a record per request in its access log

Prints JSON: for each its requests a second and processor time a request (user, kernel and both), and both ratios to nginx, round by round; each
figure is its least, median and most. Processor time does not count what other programs took of the core.
"""
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile

import list_bench as bench
import token_bench as load

HERE = pathlib.Path(__file__).resolve().parent
TARGET = "/v2/persons?limit=10"
CALLS = {"proxy": ("/unified/proxy", {"method": "GET", "path": TARGET}),
         "action": ("/actions/rpc", {"action": "personio_list_persons", "query": {"page_size": 10}})}


class Call(load.Server):
    """A POST of JSON to the hub for one account, or a GET where there is no body."""

    def __init__(self, folder, name, url, program, key="none", account="", body=None):
        super().__init__(url, key, program, folder / f"{name}.lua")
        headers = {"Content-Type": "application/json", "x-account-id": account}
        self.script.write_text("" if body is None else "\n".join(
            ["wrk.method = 'POST'", f"wrk.body = [==[{json.dumps(body)}]==]", *(f"wrk.headers['{name}'] = '{text}'" for name, text in headers.items())]))


def certificate(folder, state):
    """A certificate of the sandbox's authority for the provider's name."""
    request = subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={bench.HOST}",
                              "-keyout", folder / "provider.key"], check=True, capture_output=True).stdout
    (folder / "names").write_text(f"subjectAltName=DNS:{bench.HOST}\n")
    subprocess.run(["openssl", "x509", "-req", "-CA", state / "ca.pem", "-CAkey", state / "ca.key", "-days", "2", "-set_serial", "7",
                    "-extfile", folder / "names", "-out", folder / "provider.pem"], input=request, check=True, capture_output=True)


def start_nginx(stack, core, folder, role, port, text):
    (folder / f"{role}.conf").write_text(text)
    (folder / f"{role}.main.conf").write_text((HERE / "call_bench.conf").read_text().replace("@ROLE@", role))
    program = stack.enter_context(bench.started(*load.on_core(core, "nginx", "-p", folder, "-c", folder / f"{role}.main.conf")))
    load.wait_for_port(port, program)
    return program


def start_provider(stack, folder, sandbox, port, page):
    certificate(folder, folder / "sandbox")
    (folder / "persons.json").write_bytes(page)
    (folder / "persons.json").chmod(0o644)
    start_nginx(stack, 1, folder, "upstream", port, f"""
      access_log off;
      open_file_cache max=10;
      server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate provider.pem;
        ssl_certificate_key provider.key;
        location = /v2/persons {{ alias {folder}/persons.json; }}
        location / {{ proxy_pass https://127.0.0.1:{sandbox["port"]}; proxy_set_header Host $host; }}
      }}""")


def start_anchor(stack, folder, provider, sandbox, token):
    port, = load.free_ports(1)
    program = start_nginx(stack, 0, folder, "proxy", port, f"""
      access_log access.log;
      upstream provider {{ server 127.0.0.1:{provider}; keepalive 64; keepalive_requests 1000000000; }}
      server {{
        listen 127.0.0.1:{port};
        location / {{
          proxy_pass https://provider;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host {bench.HOST};
          proxy_set_header Authorization "Bearer {token}";
          proxy_ssl_server_name on;
          proxy_ssl_name {bench.HOST};
          proxy_ssl_verify on;
          proxy_ssl_trusted_certificate {sandbox["ca_file"]};
        }}
      }}""")
    return Call(folder, "anchor", f"http://127.0.0.1:{port}{TARGET}", program)


def start_hub(stack, folder, programs, hub, sandbox, provider):
    """The hub's programs reach the provider in place of the sandbox."""
    ready, provider_file, settings = folder / "ready.json", folder / "provider.json", folder / "settings.json"
    provider_file.write_text(json.dumps({**sandbox, "port": provider}))
    settings.write_text(json.dumps(bench.UNLIMITED))
    common = [provider_file if each == folder / "sandbox.json" else each for each in hub.common]
    serving = stack.enter_context(bench.started(*load.on_core(0, programs / "patchbay", "serve", *common, "--port", "0", "--loops", "1",
                                                              "--provider-settings", settings, "--ready-file", ready)))
    url = bench.wait_for(ready, serving)["url"]
    key = hub.run("api-keys", "create", "--data", folder / "hub", "--name", "calls", "--scopes", "actions").split()[0]
    return {name: Call(folder, name, url + path, serving, key, hub.account, body) for name, (path, body) in CALLS.items()}


def record_of(figures):
    record = {name: {key: load.spread([each[key] for each in rounds]) for key in rounds[0]} for name, rounds in figures.items()}
    for name in CALLS:
        pairs = list(zip(figures[name], figures["nginx"]))
        record[f"ratio_of_{name}"] = {
            "requests_per_s": load.spread([hub["requests_per_s"] / other["requests_per_s"] for hub, other in pairs]),
            "processor_us": load.spread([other["processor_us"] / hub["processor_us"] for hub, other in pairs])}
    return record


def measure(programs, connectors, rounds, seconds):
    load.need_programs()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        folder.chmod(0o711)  # nginx's workers are another user when root starts them
        sandbox_file = folder / "sandbox.json"
        program = stack.enter_context(bench.started(programs / "personio-sandbox", "--state", folder / "sandbox", "--port", "0",
                                                    "--ready-file", sandbox_file))
        sandbox = bench.wait_for(sandbox_file, program)
        hub = bench.Hub(folder, programs, connectors, sandbox_file, sandbox)
        bare = bench.Bare(sandbox)
        page = bench.answer(bare.connection, "GET", TARGET, None, bare.headers)
        provider, = load.free_ports(1)
        start_provider(stack, folder, sandbox, provider, page)
        servers = {**start_hub(stack, folder, programs, hub, sandbox, provider),
                   "nginx": start_anchor(stack, folder, provider, sandbox, bare.headers["Authorization"].split()[1])}
        figures = {name: [] for name in servers}
        for _ in range(rounds):
            for name, server in servers.items():
                figures[name].append(server.load(seconds))
    return {"rounds": rounds, "seconds": seconds, "connections": load.CONNECTIONS, "body_bytes": len(page), **record_of(figures)}


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4, 5):
        sys.exit(__doc__)
    asked = [int(text) for text in sys.argv[3:]]
    print(json.dumps(measure(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), *(asked + [5, 3][len(asked):]))))
