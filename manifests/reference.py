#!/usr/bin/env python3
"""Writes the manifest reference from the schema: reference.py [--check]

docs/manifest-reference.md is what comes of it; --check only says whether that file is current. A member
without a description is refused: the schema is what editors show, too.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "manifests/manifest.schema.json"
OUTPUT = ROOT / "docs/manifest-reference.md"

HEAD = """# Manifest reference

Made from [manifest.schema.json](../manifests/manifest.schema.json) by `manifests/reference.py`. What belongs together across members, and the
rules that a schema can't say, stand in [manifests/README.md](../manifests/README.md).

A manifest that begins with `"$schema": "./manifest.schema.json"` is completed and checked by editors while it is written. `patchbay new` puts
the schema beside it; an installed Patchbay has it in `share/patchbay/`.
"""
# Objects with a table of their own, by the definition's name.
TABLES = {"auth_method", "field", "guide", "permission", "permission_side", "rate_limit", "inbound_events", "failure_codes", "action", "link",
          "value_source", "parameters", "grant"}


class Reference:
    def __init__(self, schema):
        self.schema = schema
        self.lines = [HEAD]

    def resolve(self, node):
        if "$ref" not in node:
            return node, None
        name = node["$ref"].rsplit("/", 1)[1]
        return self.schema["definitions"][name], name

    def kind(self, node):
        """What a value is, in words."""
        target, name = self.resolve(node)
        if name in TABLES:
            return f"[{name}](#{name})"
        if "enum" in target:
            return " \\| ".join(f"`{value}`" for value in target["enum"])
        kind = target.get("type", "any")
        if kind == "array":
            items, item_name = self.resolve(target["items"])
            if item_name in TABLES or items.get("type") not in ("object", "array"):
                return f"list of {self.kind(target['items'])}" + limits(target, "Items")
            return "list of objects" + limits(target, "Items")
        if isinstance(kind, list):
            return ", ".join(kind)
        return kind + limits(target, "Length") + number_limits(target)

    def table(self, node, name):
        required = set(node.get("required", []))
        self.lines += [f"| member of {name} | | |", "|---|---|---|"]
        nested = []
        for member, value in node["properties"].items():
            said = value.get("description") or self.resolve(value)[0].get("description")
            if not said:
                sys.exit(f"{name}.{member} has no description in {SCHEMA.name}")
            must = "**" if member in required else ""
            self.lines.append(f"| {must}`{member}`{must} | {self.kind(value)} | {cell(said)} |")
            inner = self.inner_object(value)
            if inner:
                nested.append((f"{name}.{member}", inner))
        self.lines.append("")
        for inner_name, inner in nested:
            self.table(inner, inner_name)

    def inner_object(self, value):
        if self.resolve(value)[1] in TABLES:
            return None
        target = self.resolve(value)[0]
        if target.get("type") == "array":
            if self.resolve(target["items"])[1] in TABLES:
                return None
            target = self.resolve(target["items"])[0]
        return target if "properties" in target else None

    def write(self):
        self.lines += ["## The manifest", "", "Bold members are required.", ""]
        self.table(self.schema, "the manifest")
        for name, node in self.schema["definitions"].items():
            if name not in TABLES:
                continue
            self.lines += [f"## {name}", ""]
            if "description" in node:
                self.lines += [node["description"], ""]
            self.table(node["items"] if node.get("type") == "array" else node, name)
        return "\n".join(self.lines).rstrip() + "\n"


def limits(node, what):
    least, most = node.get(f"min{what}"), node.get(f"max{what}")
    if least and most:
        return f", {least} to {most}"
    return f", up to {most}" if most else ""


def number_limits(node):
    if "minimum" not in node:
        return ""
    return f", {node['minimum']} to {node['maximum']}" if "maximum" in node else f", from {node['minimum']}"


def cell(text):
    return text.replace("|", "\\|")


def main():
    text = Reference(json.loads(SCHEMA.read_text(encoding="utf-8"))).write()
    if "--check" in sys.argv[1:]:
        if not OUTPUT.exists() or OUTPUT.read_text(encoding="utf-8") != text:
            sys.exit(f"{OUTPUT.name} is not current: run manifests/reference.py")
        return
    OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
