#!/usr/bin/env python3
"""Runs clang-tidy-19 on the files named on standard input, two at a time. usage: tidy.py BUILD"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def check(build, name):
    done = subprocess.run(["clang-tidy-19", "-p", build, "--quiet", name], cwd=ROOT,
                          capture_output=True, text=True)
    return name, done.returncode, done.stdout


def main():
    build = str(pathlib.Path(sys.argv[1]).resolve())
    known = {entry["file"] for entry in json.load(open(f"{build}/compile_commands.json"))}
    names = [n for n in (line.strip() for line in sys.stdin) if str(ROOT / n) in known]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, status, output in pool.map(lambda n: check(build, n), names):
            if status != 0:
                failed += 1
                print(output)
                print(f"tidy: {name} has findings")
    print(f"clang-tidy: {len(names)} files, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
