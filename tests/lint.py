#!/usr/bin/env python3
"""House rules that no compiler checks. Prints each breach and exits 1 when there is one."""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Lines of all C++ files in one such folder together, without its subfolders.
LINE_BARS = [("connectors/*", 250), ("plugin_api/templates/*", 40)]
# The library for manifests without code: no provider's, and every grant in one.
GENERIC = "declarative"
SOURCES = {".h", ".hpp", ".c", ".cpp"}


def tracked_files():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                         capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in out.splitlines() if (ROOT / line).is_file()]


def text_of(path):
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def providers():
    folders = [p.parent.name for p in (ROOT / "manifests").glob("*/identity.json")]
    return [name for name in folders if name != GENERIC]


def check(files):
    """Yields (file, breach)."""
    beast = []
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        text = text_of(path) if path.suffix in SOURCES | {".js", ".mjs", ".html", ".css"} else ""
        includes = re.findall(r'#include\s*[<"]([^>"]+)[>"]', text)
        if name.startswith("host/"):
            # RapidJSON crashes on hostile input: base/json.* is the guard.
            if any(i.startswith("rapidjson/") for i in includes) and name != "host/base/rapidjson.h":
                yield name, "includes RapidJSON; use base/json.h"
            if "base/rapidjson.h" in includes and not name.startswith("host/base/json"):
                yield name, "includes base/rapidjson.h; use base/json.h"
            # A provider named in host code is a special case that no other connector gets.
            for provider in providers():
                if re.search(rf"\b{provider}", text, re.IGNORECASE):
                    if not is_example(text, provider):
                        yield name, f"names the provider {provider}"
            # These cost 20 s for each translation unit.
            if any(i.startswith(("boost/beast", "boost/asio/ssl")) for i in includes):
                beast.append(name)
                if not (name.startswith("host/net/") and path.suffix == ".cpp"):
                    yield name, "includes Beast or asio::ssl outside host/net/*.cpp"
        if name.startswith("plugin_api/") and any(i.startswith(("base/", "net/")) for i in includes):
            yield name, "plugin_api depends on the host"
        if name.startswith("connectors/"):
            for include in includes:
                if re.match(r"(base|net|store|vault|accounts|manifest|connector|api|web)/", include):
                    yield name, f"a connector includes the host's {include}"
        if path.suffix == ".h" and "#pragma once" not in text and "#ifndef" not in text:
            yield name, "header without #pragma once"
        if path.suffix in SOURCES and re.search(r"\b(strcpy|sprintf|gets|system)\s*\(", text):
            yield name, "calls a function that can't be bounded"
    if len(beast) > 10:
        yield "host/net", f"{len(beast)} files include Beast or asio::ssl; ten at most"


def check_audit_words(files):
    """What the audit log records is told in words."""
    kinds = json.loads((ROOT / "host/web/assets/texts/en.json").read_text())["audit"]["kind"]
    for path in files:
        if path.suffix == ".cpp" and path.is_relative_to(ROOT / "host"):
            for kind in re.findall(r'(?:\.kind = |event_of\()"([a-z_]+\.[a-z_]+)"', text_of(path)):
                if kind.replace(".", "_") not in kinds:
                    yield path.relative_to(ROOT).as_posix(), f"records {kind}, for which audit.kind has no words"


def check_errors():
    """Every code of an error is in the API's description, and docs/errors.md has cause and remedy."""
    described = set(json.loads((ROOT / "host/api/openapi/errors.json").read_text())
                    ["components"]["schemas"]["ErrorCode"]["x-extensible-enum"])
    rows = re.findall(r"^\| `([a-z_]+)` \| \d{3}(?:, \d{3})* \| [^|]+ \| [^|]+ \|$", (ROOT / "docs/errors.md").read_text(), re.M)
    made = set(re.findall(r'return "([a-z_]+)";', (ROOT / "host/base/result.cpp").read_text()))
    made |= set(re.findall(r'string_view k\w+ = "([a-z_]+)"', (ROOT / "host/actions/action_error.h").read_text()))
    for path in (ROOT / "host/api").glob("*.cpp"):
        made |= set(re.findall(r'(?:api_error\(\s*\d+,\s*|error\.code = )"([a-z_]+)"', path.read_text()))
    for code in sorted(made - described):
        yield "host/api/openapi/errors.json", f"does not name the code {code}"
    for code in sorted((made | described) - set(rows)):
        yield "docs/errors.md", f"has no row for the code {code}"
    for code in sorted(set(rows) - made):
        yield "docs/errors.md", f"explains {code}, which nothing gives"
    if rows != sorted(set(rows)):
        yield "docs/errors.md", "has its codes out of order, or twice"


def is_example(text, provider):
    """Comments and help texts may name one as an example."""
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    code = re.sub(r'"(?:[^"\\\n]|\\.)*"', lambda m: "" if "e.g." in m.group() or
                  "patchbay accounts" in m.group() else m.group(), code)
    return not re.search(rf"\b{provider}", code, re.IGNORECASE)


def check_json(files):
    for path in files:
        if path.suffix == ".json" and "corpus" not in path.parts:
            try:
                json.loads(path.read_text())
            except ValueError as error:
                yield path.relative_to(ROOT).as_posix(), f"is not JSON: {error}"


def check_generated():
    """Documents that are made from something else."""
    for writer in ("manifests/reference.py", "manifests/actions_table.py"):
        done = subprocess.run([sys.executable, ROOT / writer, "--check"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield writer, done.stderr.strip()


def check_bars(files):
    """How long code may be that authors take for an example."""
    lines = collections.Counter()
    for path in files:
        if path.suffix in {".h", ".cpp"}:
            lines[path.parent.relative_to(ROOT)] += text_of(path).count("\n")
    for folder, count in lines.items():
        for pattern, bar in LINE_BARS if folder.name != GENERIC else ():
            if len(folder.parts) == pattern.count("/") + 1 and folder.match(pattern) and count > bar:
                yield folder.as_posix(), f"has {count} lines of C++; {bar} at most"


def main():
    files = tracked_files()
    breaches = [*check(files), *check_json(files), *check_bars(files), *check_audit_words(files), *check_errors(),
                *check_generated()]
    for name, breach in breaches:
        print(f"{name}: {breach}")
    print(f"lint: {len(files)} files, {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
