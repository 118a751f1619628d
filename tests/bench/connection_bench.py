#!/usr/bin/env python3
"""Connections to the hub beside nginx: connection_bench.py BIN CONNECTORS [COUNT [HANDSHAKES]]

`patchbay serve` and nginx (one worker, connection_bench.conf), plain and with TLS, the same certificate:

  idle    COUNT (9,900) clients ask once and stay connected, from several addresses of the loopback network: by how much the private memory
          of the program grew, for each, and that every one of them is answered again afterwards
  new, resumed
          processor time of a TLS 1.3 connection with one request, HANDSHAKES (300) of each kind, three times in turns: one made anew, and one
          resumed by the ticket of the one before

Prints JSON.
"""
import contextlib
import json
import pathlib
import resource
import socket
import ssl
import subprocess
import sys
import tempfile

import call_bench
import list_bench as bench
import token_bench as load
from accounts_bench import private_bytes

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS_AN_ADDRESS = 900


class Site:
    """A program's two ports. `host` is what its certificate says."""

    def __init__(self, program, plain, tls, ca_file):
        # nginx answers in a child
        children = pathlib.Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
        self.pids, self.ports = [program.pid, *map(int, children)], {"plain": plain, "tls": tls}
        self.context = ssl.create_default_context(cafile=ca_file)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3

    def connect(self, kind, client=0, session=None):
        plain = socket.create_connection(("127.0.0.1", self.ports[kind]), source_address=(f"127.0.1.{1 + client // CLIENTS_AN_ADDRESS}", 0))
        return plain if kind == "plain" else self.context.wrap_socket(plain, server_hostname=bench.HOST, session=session)

    def ask(self, connection, kind):
        host = f"127.0.0.1:{self.ports['plain']}" if kind == "plain" else f"{bench.HOST}:{self.ports['tls']}"
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = connection.recv(65536)
        if not answer.startswith(b"HTTP/1.1 200 "):
            sys.exit(f"{kind}: {answer[:200]!r}")

    def private_bytes(self):
        return sum(map(private_bytes, self.pids))

    def idle(self, kind, count):
        """Bytes for each of so many clients."""
        for warm in range(20):
            with self.connect(kind, warm) as connection:
                self.ask(connection, kind)
        before, clients = self.private_bytes(), []
        try:
            for number in range(count):
                clients.append(self.connect(kind, number))
                self.ask(clients[-1], kind)
            grown = self.private_bytes() - before
            for client in clients:
                self.ask(client, kind)
        finally:
            for client in clients:
                client.close()
        return grown / count

    def processor_us(self):
        fields = [pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self.pids]
        return load.TICKS_US * sum(int(each[11]) + int(each[12]) for each in fields)

    def handshakes(self, count, resumed):
        """Processor time of one, in microseconds."""
        session = None
        if resumed:
            with self.connect("tls") as connection:
                self.ask(connection, "tls")
                session = connection.session
        before = self.processor_us()
        for _ in range(count):
            with self.connect("tls", session=session) as connection:
                self.ask(connection, "tls")
                if connection.session_reused != resumed:
                    sys.exit("a connection was resumed, or was not")
                session = connection.session if resumed else None
        return (self.processor_us() - before) / count


def start_hub(stack, folder, programs, connectors, ca_file):
    (folder / "data").mkdir(mode=0o700)
    subprocess.run([programs / "patchbay", "key", "create", folder / "data/key"], check=True, capture_output=True)
    ports = {}
    for kind, options in (("plain", ()), ("tls", ("--tls-certificate", folder / "provider.pem", "--tls-key", folder / "provider.key"))):
        ready = folder / f"{kind}.json"
        ports[kind], = load.free_ports(1)
        common = ["--data", folder / f"data-{kind}", "--key-file", folder / "data/key", "--connectors", connectors, "--loops", "1"]
        (folder / f"data-{kind}").mkdir(mode=0o700)
        public = f"http://127.0.0.1:{ports[kind]}" if kind == "plain" else f"https://{bench.HOST}:{ports[kind]}"
        program = stack.enter_context(bench.started(programs / "patchbay", "serve", *common, "--real", "--port", str(ports[kind]), "--public-url", public,
                                                    "--ready-file", ready, *options))
        bench.wait_for(ready, program)
        yield kind, Site(program, ports[kind], ports[kind], ca_file)


def start_nginx(stack, folder, ca_file):
    plain, tls = load.free_ports(2)
    text = (HERE / "connection_bench.conf").read_text().replace("@PLAIN@", str(plain)).replace("@TLS@", str(tls))
    (folder / "nginx.conf").write_text(text)
    program = stack.enter_context(bench.started(load.shutil.which("nginx", path=load.PATH), "-p", folder, "-c", folder / "nginx.conf"))
    load.wait_for_port(tls, program)
    return {kind: Site(program, plain, tls, ca_file) for kind in ("plain", "tls")}


def authority(folder, programs):
    """The sandbox's: its certificates are made as the providers' are."""
    ready = folder / "sandbox.json"
    with bench.started(programs / "personio-sandbox", "--state", folder / "sandbox", "--port", "0", "--ready-file", ready) as program:
        ca_file = bench.wait_for(ready, program)["ca_file"]
    call_bench.certificate(folder, folder / "sandbox")
    return ca_file


def measure(programs, connectors, count, handshakes):
    load.need_programs()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        folder.chmod(0o711)  # nginx's worker is another user when root starts it
        ca_file = authority(folder, programs)
        sites = {"hub": dict(start_hub(stack, folder, programs, connectors, ca_file)), "nginx": start_nginx(stack, folder, ca_file)}
        record = {"clients": count, "handshakes": handshakes}
        for who, kinds in sites.items():
            record[who] = {f"idle_{kind}_bytes": round(site.idle(kind, count)) for kind, site in kinds.items()}
        figures = {who: {"new_us": [], "resumed_us": []} for who in sites}
        for _ in range(3):
            for who, kinds in sites.items():
                figures[who]["new_us"].append(kinds["tls"].handshakes(handshakes, False))
                figures[who]["resumed_us"].append(kinds["tls"].handshakes(handshakes, True))
        for who, each in figures.items():
            record[who].update({key: load.spread(values) for key, values in each.items()})
    return record


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4, 5):
        sys.exit(__doc__)
    asked = [int(text) for text in sys.argv[3:]]
    print(json.dumps(measure(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), *(asked + [9_900, 300][len(asked):]))))
