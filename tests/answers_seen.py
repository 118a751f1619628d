#!/usr/bin/env python3
"""Which described answers of the API the tests never met.

    answers_seen.py DESCRIPTION SEEN

DESCRIPTION is build/release/openapi.strict.json, SEEN a file that the tests wrote because the
environment's PATCHBAY_ANSWERS_SEEN named it: "GET /accounts/{id} 404" a line. Prints what is
described, by operation and status, and stands in no line; ends with 1 when there is any.
"""
import json
import pathlib
import sys

METHODS = ("get", "post", "put", "patch", "delete")
# Tested below HTTP, where they can be brought about: a connector that is taken away or too slow, a
# change by somebody else in the same moment, a dry run of what connector code decides, many at once.
ELSEWHERE = {
    "GET /actions 409", "GET /hub/accounts/{id} 409", "POST /mcp 409",
    "DELETE /hub/connection_attempts/{id} 409", "POST /actions/rpc 501",
    "POST /accounts/{id}/permissions/check 429",
    "POST /hub/accounts 504", "PATCH /hub/accounts/{id} 504",
}
# What any operation answers when the hub itself is in trouble; tested where that trouble is made,
# not for each operation.
TROUBLE = {"500", "502", "503"}


def described(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            for status in item.get(method, {}).get("responses", {}):
                if status.isdigit() and status not in TROUBLE:
                    yield f"{method.upper()} {path} {status}"


def main(description, seen):
    met = set(pathlib.Path(seen).read_text().splitlines())
    missing = [answer for answer in described(json.loads(pathlib.Path(description).read_text()))
               if answer not in met | ELSEWHERE]
    for answer in missing:
        print(answer)
    print(f"answers: {len(missing)} described and never met", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
