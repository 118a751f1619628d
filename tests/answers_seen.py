#!/usr/bin/env python3
"""Which described answers of the API the tests never met, and errors they met that docs/errors.md
has otherwise.

    answers_seen.py DESCRIPTION SEEN

DESCRIPTION is build/release/openapi.strict.json, SEEN a file that the tests wrote because the
environment's PATCHBAY_ANSWERS_SEEN named it: "GET /accounts/{id} 404" or "error not_found 404" a
line. Prints what is described, by operation and status, or has a row in docs/errors.md, by code and
status, and stands in no line; and errors that stand there and have no such row. Ends with 1 when
there is any.
"""
import json
import pathlib
import re
import sys

ERRORS = pathlib.Path(__file__).resolve().parent.parent / "docs/errors.md"
METHODS = ("get", "post", "put", "patch", "delete")
# Tested below HTTP, where they can be brought about: a connector that is taken away or too slow, a
# change by somebody else in the same moment, a dry run of what connector code decides, many at once.
ELSEWHERE = {
    "GET /actions 409", "GET /hub/accounts/{id} 409", "POST /mcp 409",
    "DELETE /hub/connection_attempts/{id} 409", "POST /actions/rpc 501",
    "POST /accounts/{id}/permissions/check 429",
    "POST /hub/accounts 504", "PATCH /hub/accounts/{id} 504",
    "error access_changed 502", "error connector_awaiting_approval 409", "error connector_failed 502",
    "error fields_missing 403", "error files_under_way 503", "error integration_disabled 412", "error internal 500",
    "error not_supported 501", "error outcome_unknown 503", "error permission_missing 403",
    "error provider_circuit_open 503", "error streams_under_way 503",
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


def explained(document):
    for code, statuses in re.findall(r"(?m)^\| `([a-z_]+)` \| ([\d, ]+) \|", document):
        for status in statuses.split(", "):
            yield f"error {code} {status}"


def main(description, seen):
    met = set(pathlib.Path(seen).read_text().splitlines())
    rows = set(explained(ERRORS.read_text()))
    missing = [answer for answer in [*described(json.loads(pathlib.Path(description).read_text())), *sorted(rows)]
               if answer not in met | ELSEWHERE]
    for answer in missing:
        print(answer)
    wrong = sorted(answer for answer in met if answer.startswith("error ") and answer not in rows)
    for answer in wrong:
        print(f"{answer}: docs/errors.md has no such row")
    print(f"answers: {len(missing)} described and never met, {len(wrong)} met and not explained", file=sys.stderr)
    return 1 if missing or wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
