#!/usr/bin/env python3
"""Puts a provider's manifest together from its parts.

    assemble.py FOLDER OUTPUT

FOLDER/identity.json is the root. Three objects stand for something else:

    {"$part": "auth.json"}          the part in that file, with the members that stand beside it added
    {"$parts": "actions.*.json"}    the lists in all files that match, joined in order of file name
    {"$text": "logo.svg"}           the file's text, blanks between tags and at its ends taken off

A part stands under its kind, beside the "$schema" by which editors complete it (part.schema.json):

    {"$schema": "../part.schema.json", "hosts": [...]}

Neither of the two names is in the output.

The output is one line of UTF-8 JSON, the same bytes for the same parts on every machine. Besides
what the hub itself checks when it reads a manifest, this refuses what only an author can mend:
texts that nothing refers to, and parts that nothing includes.
"""

import json
import pathlib
import re
import sys

MAX_DEPTH = 8
SCHEMA = "../part.schema.json"
# Looked up by the connector at run time, so nothing in the manifest refers to them.
MESSAGE_PREFIXES = ("error.", "notice.")
# Members that hold text ids, wherever they stand. Texts in an action's input schema are plain.
TEXT_MEMBERS = {"name", "summary", "label", "placeholder", "description", "tooltip",
                "pattern_error", "warning", "title", "text"}


class AssemblyError(Exception):
    pass


class Assembler:
    def __init__(self, folder):
        self.folder = folder
        self.used = set()

    def load(self, name, depth=0):
        """The JSON of one part, with everything it includes."""
        if depth > MAX_DEPTH:
            raise AssemblyError(f"{name}: parts include each other too deeply")
        part = parse_json(self.read(name), name)
        kinds = [key for key in part if key != "$schema"] if isinstance(part, dict) else []
        if len(kinds) != 1 or part.get("$schema") != SCHEMA:
            raise AssemblyError(f'{name}: a part is {{"$schema": "{SCHEMA}", "<kind>": ...}}')
        return self.expand(part[kinds[0]], depth)

    def read(self, name):
        path = self.folder / name
        if path.parent != self.folder or not path.is_file():
            raise AssemblyError(f"{name}: no such file in {self.folder.name}/")
        self.used.add(path.name)
        return path.read_text(encoding="utf-8")

    def expand(self, value, depth):
        if isinstance(value, list):
            return [self.expand(item, depth) for item in value]
        if not isinstance(value, dict):
            return value
        if "$part" in value:
            return self.expand_part(value, depth)
        if value.keys() == {"$parts"}:
            names = sorted(path.name for path in self.folder.glob(value["$parts"]))
            lists = [self.load(name, depth + 1) for name in names]
            return [item for part in lists for item in part]
        if value.keys() == {"$text"}:
            return re.sub(r">\s+<", "><", self.read(value["$text"])).strip()
        return {key: self.expand(item, depth) for key, item in value.items()}

    def expand_part(self, value, depth):
        part = self.load(value["$part"], depth + 1)
        beside = {key: self.expand(item, depth) for key, item in value.items() if key != "$part"}
        if not beside:
            return part
        if not isinstance(part, dict) or part.keys() & beside.keys():
            raise AssemblyError(f'{value["$part"]}: {", ".join(beside)} cannot be added to it')
        return part | beside


def parse_json(text, name):
    def unique(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise AssemblyError(f"{name}: named twice: {', '.join(twice)}")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise AssemblyError(f"{name}:{error.lineno}: {error.msg}") from error


def text_ids(value, inside=""):
    """Every text id that the manifest refers to."""
    if isinstance(value, list):
        for item in value:
            if inside == "list":
                yield item
            yield from text_ids(item, inside)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("texts", "input", "request", "tokens", "authorization", "logo"):
                continue
            if key in TEXT_MEMBERS and isinstance(item, str):
                yield item
            yield from text_ids(item, key)


def check(manifest, assembler):
    referred = set(text_ids(manifest))
    for language, texts in manifest["texts"].items():
        for text_id in texts:
            if text_id not in referred and not text_id.startswith(MESSAGE_PREFIXES):
                raise AssemblyError(f"texts.{language}.json: nothing refers to {text_id}")
    unused = {path.name for path in assembler.folder.iterdir()} - assembler.used - {"README.md"}
    if unused:
        raise AssemblyError(f"nothing includes {', '.join(sorted(unused))}")


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder, output = pathlib.Path(arguments[0]).resolve(), pathlib.Path(arguments[1])
    try:
        assembler = Assembler(folder)
        manifest = assembler.load("identity.json")
        check(manifest, assembler)
    except AssemblyError as error:
        print(f"{folder.name}: {error}", file=sys.stderr)
        return 1
    text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(text.encode("utf-8") + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
