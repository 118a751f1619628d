#!/usr/bin/env python3
"""Runs clang-tidy-19 on the files named on standard input, one for each core at a time.

usage: tidy.py BUILD [MOST]

Precompiled headers are left aside: a source that lacks an include of its own is found. Headers are
checked through a source that includes them. Only the first MOST sources are checked; how many were
left out is printed, and is no failure.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sources_of(names, known):
    """The sources that check these files: each itself; for a header, the one beside it, or any user."""
    for name in names:
        if not name.endswith(".h"):
            yield name
            continue
        beside = name.removesuffix(".h") + ".cpp"
        if beside in known:
            yield beside
            continue
        include = "/" + pathlib.PurePath(name).name + '"'
        users = [k for k in known if any(
            line.startswith("#include") and (include in line.replace('"', '"/', 1))
            for line in (ROOT / k).read_text().splitlines())]
        yield from sorted(users)[:1]


def without_precompiled_headers(entries, build):
    """Writes the compilation database for clang-tidy, and says in which folder."""
    flags = r"-Xclang -include-pch -Xclang \S+ -Xclang -include -Xclang \S+"
    for entry in entries:
        entry["command"] = re.sub(flags, "", entry["command"])
    folder = pathlib.Path(build) / "tidy"
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return str(folder)


def check(build, name):
    done = subprocess.run(["clang-tidy-19", "-p", build, "--quiet", name], cwd=ROOT,
                          capture_output=True, text=True)
    return name, done.returncode, done.stdout + (done.stderr if done.returncode else "")


def main():
    build = str(pathlib.Path(sys.argv[1]).resolve())
    entries = json.load(open(f"{build}/compile_commands.json"))
    known = {os.path.relpath(entry["file"], ROOT) for entry in entries}
    known = {k for k in known if not k.startswith("..") and (ROOT / k).is_file()}
    wanted = [line.strip() for line in sys.stdin]
    names = [n for n in dict.fromkeys(sources_of(wanted, known)) if n in known]
    chosen = names[:int(sys.argv[2])] if len(sys.argv) > 2 else names
    database = without_precompiled_headers(entries, build)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, status, output in pool.map(lambda n: check(database, n), chosen):
            if status != 0:
                failed += 1
                print(output)
                print(f"tidy: {name} has findings", flush=True)
    print(f"clang-tidy: {len(chosen)} files, {failed} with findings; "
          f"{len(names) - len(chosen)} more changed (tests/run tidy --all)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
