#!/usr/bin/env python3
"""A hub under a service manager: the socket it is given, what it says of itself, and restarts that no
request is lost over."""
import re
import socket
import subprocess
import threading
import time
import unittest

from hub import Hub, ask, connect, until


class ServiceManager:
    """What systemd is to a service: a socket that outlives it, and an ear."""

    def __init__(self, folder):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self.listening.getsockname()[1]
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(folder / "notify"))
        self.ear.settimeout(20)
        self.env = {"NOTIFY_SOCKET": str(folder / "notify")}

    def start(self, hub, *more, sockets=1, **env):
        """As the manager does: the sockets from descriptor 3 on, addressed by the process id."""
        starter = 'for n in $(seq "$LISTEN_FDS"); do eval "exec $((n + 2))<&$SOCKET"; done; LISTEN_PID=$$ WATCHDOG_PID=$$ exec "$@"'
        number = self.listening.fileno()
        real_popen = subprocess.Popen

        def popen(command, **settings):
            settings["env"] = {**settings["env"], "SOCKET": str(number), "LISTEN_FDS": str(sockets)}
            return real_popen(["bash", "-c", starter, "bash", *command], pass_fds=[number], **settings)
        subprocess.Popen = popen
        try:
            hub.start(*more, env={**self.env, **env}, port=None)
        finally:
            subprocess.Popen = real_popen

    def hears(self):
        return self.ear.recv(4096).decode()

    def close(self):
        self.listening.close()
        self.ear.close()


class Load:
    """Clients that ask until told to stop. With `keep`, over one connection for as long as it lasts: one
    that was closed before anything of an answer came is asked again on another (RFC 9110 section 9.2.2)."""

    def __init__(self, port, clients=4, keep=False):
        self.port, self.keep = port, keep
        self.going = True
        self.answered, self.lost, self.again = [], [], 0
        self.threads = [threading.Thread(target=self.run) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self):
        channel = None
        while self.going:
            try:
                is_new = channel is None
                channel = channel or connect(self.port)
                try:
                    status, head, _ = ask(channel)
                except OSError:
                    if is_new:
                        raise
                    channel.close()
                    channel = None
                    self.again += 1
                    continue
                self.answered.append((status, re.search(r"X-Request-Id: (\S+)-\d+", head)[1]))
                if not self.keep or "Connection: close" in head:
                    channel.close()
                    channel = None
            except OSError as error:
                self.lost.append(repr(error))
                channel = None

    def stop(self):
        self.going = False
        for thread in self.threads:
            thread.join(30)


class Service(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.manager = ServiceManager(self.hub.folder)

    def tearDown(self):
        self.hub.close()
        self.manager.close()

    def test_serves_on_the_socket_it_is_given(self):
        self.manager.start(self.hub, "--port", "1")
        self.assertEqual(self.hub.ready["url"], f"http://localhost:{self.manager.port}")
        with connect(self.manager.port) as channel:
            self.assertEqual(ask(channel)[0], 303)

    def test_takes_no_more_than_one(self):
        with self.assertRaisesRegex(AssertionError, "started with 2 sockets"):
            self.manager.start(self.hub, sockets=2)

    def test_says_when_it_is_ready_reads_its_configuration_again_stops_and_lives(self):
        self.manager.start(self.hub, WATCHDOG_USEC="300000")
        heard = ""
        while heard != "READY=1":  # a slow start says in between that it lives
            heard = self.manager.hears()
            self.assertIn(heard, ("READY=1", "WATCHDOG=1"))
        self.assertEqual([self.manager.hears(), self.manager.hears()], ["WATCHDOG=1"] * 2)
        self.hub.hang_up()
        heard = ""
        while "RELOADING=1" not in heard:
            heard = self.manager.hears()
        self.assertRegex(heard, r"MONOTONIC_USEC=\d+")
        while heard != "READY=1":
            heard = self.manager.hears()
        self.assertEqual(self.hub.stop(), 0)
        while heard != "STOPPING=1":
            heard = self.manager.hears()

    def restarted_under(self, *loads):
        self.manager.start(self.hub)
        running = [make(self.manager.port) for make in loads]
        until(lambda: all(len(load.answered) > 50 for load in running), "load")
        for _ in range(2):
            self.assertEqual(self.hub.stop(), 0)
            self.manager.start(self.hub)
            before = [len(load.answered) for load in running]
            until(lambda: all(len(load.answered) > count + 50 for load, count in zip(running, before)), "load")
        for load in running:
            load.stop()
            self.assertEqual(load.lost, [])
            self.assertEqual({status for status, _ in load.answered}, {303})
            self.assertEqual(len({process for _, process in load.answered}), 3, "three processes answered")

    def test_no_request_is_lost_over_a_restart(self):
        self.restarted_under(Load, lambda port: Load(port, keep=True))

    def test_who_has_just_connected_is_answered_before_it_stops(self):
        self.manager.start(self.hub)
        with connect(self.manager.port) as fresh, connect(self.manager.port) as used:
            ask(used)
            time.sleep(0.2)  # accepted
            self.hub.process.terminate()
            self.assertEqual(used.recv(1), b"", "who waits for nothing is let go")
            status, head, _ = ask(fresh)
            self.assertEqual(status, 303)
            self.assertIn("Connection: close", head)
        self.assertEqual(self.hub.process.wait(20), 0)

    def test_without_a_manager_nobody_is_told_and_hanging_up_changes_nothing(self):
        self.hub.start()
        self.hub.hang_up()
        with connect(self.hub.port) as channel:
            self.assertEqual(ask(channel)[0], 303)
        self.assertIsNone(self.hub.process.poll())
        self.assertEqual(self.hub.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
