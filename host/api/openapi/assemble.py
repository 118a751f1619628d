#!/usr/bin/env python3
"""Puts the API's description together: assemble.py VERSION OUTPUT.cpp STRICT.json

The parts are the JSON files beside this script, one for each area of the API. README.md says how
they are written. OUTPUT.cpp embeds the document that is served. STRICT.json is the same as tests
read it: with nothing in an answer that is not described, and lists of words closed.
"""
import copy
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent.parent))
from embed_bytes import bytes_literal  # noqa: E402  it lies in host/

FIRST = ["document.json", "errors.json"]
METHODS = {"get", "post", "put", "patch", "delete", "options"}
SCHEMA_REF = "#/components/schemas/"
IDEMPOTENCY_KEY = {"$ref": "#/components/parameters/IdempotencyKey"}


def add(into, more, where):
    for name, value in more.items():
        if name in into:
            sys.exit(f"{where} repeats {name}")
        into[name] = value


def read_parts():
    """The document without its errors, and what errors.json says about those."""
    document = json.loads((FOLDER / "document.json").read_text())
    errors = json.loads((FOLDER / "errors.json").read_text())
    document["paths"] = {}
    names = sorted(path.name for path in FOLDER.glob("*.json") if path.name not in FIRST)
    for name in ["errors.json", *names]:
        part = errors if name == "errors.json" else json.loads((FOLDER / name).read_text())
        add(document["paths"], part.get("paths", {}), name)
        for kind, more in part.get("components", {}).items():
            add(document["components"].setdefault(kind, {}), more, f"{name}, {kind},")
    return document, errors


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def error_response(shape, status, errors):
    about, how = errors["statuses"][status], errors["shapes"][shape]
    headers = dict(about.get("headers", {}))
    if about.get("retry_after"):
        headers["Retry-After"] = {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
    content = {how["content_type"]: {"schema": {"$ref": SCHEMA_REF + how["schema"]}}}
    if about.get("by_server"):
        content["text/plain"] = {"schema": {"type": "string"}}
    return {"description": about["description"], **({"headers": headers} if headers else {}), "content": content}


def takes_idempotency_key(name, operation):
    """What changes something, with an API key; MCP has ways of its own, and what is passed on is not kept."""
    own_ways = name == "POST /mcp" or " /accounts/{id}/proxy/" in name
    return "security" not in operation and not name.startswith("GET ") and not own_ways


def expand_errors(document, errors):
    """Turns each "x-errors": {SHAPE: [STATUS, ...]} into responses."""
    made = document["components"]["responses"]
    for name, operation in operations(document):
        if "x-errors" not in operation:
            sys.exit(f"{name} has no x-errors")
        once = takes_idempotency_key(name, operation)
        if once:
            operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
        for shape, statuses in operation.pop("x-errors").items():
            with_key = [] if "security" in operation else errors["with_key"]
            with_key = with_key + (errors["with_idempotency_key"] if once else [])
            for status in map(str, sorted({*errors["every"], *with_key, *statuses})):
                made[shape + errors["statuses"][status]["name"]] = error_response(shape, status, errors)
                reference = f"#/components/responses/{shape}{errors['statuses'][status]['name']}"
                operation["responses"].setdefault(status, {"$ref": reference})
        for others in ("4XX", "5XX"):
            operation["responses"].setdefault(others, {"$ref": "#/components/responses/RefusedByServer"})
        operation["responses"] = dict(sorted(operation["responses"].items()))


def close_requests(document):
    """A body holds what is described; a schema says "additionalProperties" where it may hold more."""
    for _, operation in operations(document):
        body = operation.get("requestBody", {})
        if "$ref" in body:
            body = document["components"]["requestBodies"][body["$ref"].split("/")[-1]]
        for content in body.get("content", {}).values():
            if "properties" in content["schema"]:
                content["schema"].setdefault("additionalProperties", False)


def name_requests(document):
    """Every answer of a route carries the request's id."""
    answers = [response for _, operation in operations(document) for response in operation["responses"].values()]
    answers += [answer for name, answer in document["components"]["responses"].items() if name != "RefusedByServer"]
    for answer in answers:
        if "$ref" not in answer:
            answer.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}


def resolved(node, schemas):
    return schemas[node["$ref"].removeprefix(SCHEMA_REF)] if "$ref" in node else node


def joined(schema, schemas):
    """An object made of several becomes one, which can be closed."""
    whole = {"type": "object", "required": [], "properties": {}}
    for piece in schema["allOf"]:
        piece = resolved(piece, schemas)
        piece = joined(piece, schemas) if "allOf" in piece else piece
        whole["required"] += piece.get("required", [])
        whole["properties"].update(piece["properties"])
    return whole


def close(node, schemas):
    """The schema as tests read it."""
    if isinstance(node, list):
        return [close(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node:
        node = joined(node, schemas)
    node = {name: close(value, schemas) for name, value in node.items() if name not in ("example", "examples")}
    if isinstance(node.get("properties"), dict):
        node.setdefault("additionalProperties", False)
    if isinstance(node.get("x-extensible-enum"), list):
        node["enum"] = node.pop("x-extensible-enum")
    return node


def strict(document):
    """Answers are closed, as bodies of requests are for everybody."""
    document = copy.deepcopy(document)
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name: close(schema, schemas) for name, schema in schemas.items()}
    document["components"]["responses"] = close(document["components"]["responses"], schemas)
    for _, operation in operations(document):
        operation["responses"] = close(operation["responses"], schemas)
    return document


def main():
    version, output, strict_output = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    document, errors = read_parts()
    document["info"]["version"] = version
    expand_errors(document, errors)
    name_requests(document)
    close_requests(document)
    strict_output.write_text(json.dumps(strict(document), indent=1))
    content = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    output.write_text(f"""// Generated by assemble.py.
#include "api/openapi.h"

namespace patchbay::api {{
namespace {{

constexpr unsigned char kDocument[] = {{{bytes_literal(content)}}};

}}  // namespace

std::string_view openapi_document() {{
  return {{reinterpret_cast<const char*>(&kDocument[0]), sizeof kDocument}};
}}

}}  // namespace patchbay::api
""")


main()
