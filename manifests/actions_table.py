#!/usr/bin/env python3
"""Writes what a provider's actions do into its connector's README: actions_table.py [--check]

The table stands in connectors/<provider>/README.md between the two marks below, where there are such marks.
It comes from manifests/<provider>/actions.*.json and names the data each action is tested with. --check only
says whether the tables are current.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- actions -->\n", "<!-- end of actions -->\n"
HEAD = "| operation | action | permission | tested with |\n|---|---|---|---|\n"


def actions_of(folder):
    for part in sorted(folder.glob("actions.*.json")):
        yield from json.loads(part.read_text(encoding="utf-8"))["actions"]


def tests_of(provider):
    """Action id -> the file that says what it is tested with."""
    folder = ROOT / f"tests/integration/{provider}_actions"
    return {action: path.name for path in sorted(folder.glob("*.json"))
            for action in json.loads(path.read_text(encoding="utf-8"))}


def operation(action):
    request = action.get("request")
    return f"{request['method']} {request['path']}" if request else "in the connector"


def fields_of(folder):
    """Token -> the fields of the form that its requests are authorised with and that may be left empty."""
    method = json.loads((folder / "auth.json").read_text(encoding="utf-8"))["auth_method"]
    optional = {field["id"] for field in method["fields"] if not field.get("required")}
    sources = {rule["token"]: [rule["value"], *(header["value"] for header in rule.get("headers", []))]
               for rule in method["authorization"]}
    return {token: [source["field"] for source in values if source.get("field") in optional]
            for token, values in sources.items()}


def place(action):
    """By path, and under one path in the order of reading, creating, changing, deleting."""
    method, _, path = operation(action).partition(" ")
    order = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return path, order.index(method) if method in order else len(order)


def table(provider, folder):
    tests = tests_of(provider)
    fields = fields_of(folder)
    rows = []
    for action in sorted(actions_of(folder), key=place):
        needed = [f"`{one}`" for one in action["permissions"]]
        needed += [f"the field `{one}`" for one in fields.get(action.get("token"), [])]
        permissions = ", ".join(needed) or "none"
        rows.append(f"| `{operation(action)}` | `{action['id']}` | {permissions} | {tests.get(action['id'], '**nothing**')} |\n")
    return f"{len(rows)} actions.\n\n" + HEAD + "".join(rows)


def main():
    check = "--check" in sys.argv[1:]
    for identity in sorted((ROOT / "manifests").glob("*/identity.json")):
        provider = identity.parent.name
        readme = ROOT / "connectors" / provider / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.exists() else ""
        if BEGIN not in text:
            continue
        before, rest = text.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        current = before + BEGIN + "\n" + table(provider, identity.parent) + "\n" + END + after
        if check and current != text:
            sys.exit(f"{readme.relative_to(ROOT)}: the table of actions is not current: run manifests/actions_table.py")
        if not check:
            readme.write_text(current, encoding="utf-8")


if __name__ == "__main__":
    main()
