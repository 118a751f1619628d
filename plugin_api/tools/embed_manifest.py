#!/usr/bin/env python3
"""Writes the file that puts a manifest into a connector library.

    embed_manifest.py MANIFEST.json OUT.cpp|OUT.c|OUT.bin

C++ gets patchbay::sdk::embedded_manifest(); C gets the array patchbay_manifest_blob, whose JSON begins
behind patchbay_manifest_header bytes; any other language includes the bytes of OUT.bin as one constant
array that its linker must keep (JSON from byte 72 on). The layout is described in plugin_api/include/patchbay/manifest_blob.h, which holds the same magic.
"""
import hashlib
import json
import pathlib
import struct
import sys

MAGIC = b"\x89PATCHBAY-MF\r\n\x1a\n" + bytes.fromhex("d73e910ce85bf246a91db46f83c02a75")
MAX_SIZE = 4 << 20

TEMPLATE = """// Made by embed_manifest.py from {source}. Not to be edited.
#include <string_view>

#include "patchbay/sdk/manifest.h"

namespace {{
// One array, kept whole and in one place: the host finds it in the file's bytes.
alignas(16) [[gnu::used]] const unsigned char kBlob[] = {{
{bytes}
}};
}}  // namespace

std::string_view patchbay::sdk::embedded_manifest() noexcept {{
  return {{reinterpret_cast<const char*>(kBlob) + {header}, {length}}};
}}
"""


C_TEMPLATE = """/* Made by embed_manifest.py from {source}. Not to be edited. */
extern const unsigned char patchbay_manifest_blob[];
extern const unsigned int patchbay_manifest_header;
extern const unsigned int patchbay_manifest_length;
const unsigned char patchbay_manifest_blob[] = {{
{bytes}
}};
const unsigned int patchbay_manifest_header = {header};
const unsigned int patchbay_manifest_length = {length};
"""


def main():
    source, target = (pathlib.Path(arg) for arg in sys.argv[1:])
    text = source.read_bytes()
    assert len(MAGIC) == 32
    if len(text) > MAX_SIZE:
        sys.exit(f"{source}: {len(text)} bytes, {MAX_SIZE} are allowed")
    if MAGIC in text:
        sys.exit(f"{source}: holds the magic of an embedded manifest")
    try:
        json.loads(text.decode("utf-8"))
    except ValueError as error:
        sys.exit(f"{source}: not valid JSON: {error}")
    header = MAGIC + struct.pack("<Q", len(text)) + hashlib.sha256(text).digest()
    blob = header + text
    if target.suffix == ".bin":
        target.write_bytes(blob)
        return
    lines = (",".join(map(str, blob[i : i + 32])) + "," for i in range(0, len(blob), 32))
    target.write_text(
        (C_TEMPLATE if target.suffix == ".c" else TEMPLATE).format(
            source=source.name, bytes="\n".join(lines), header=len(header), length=len(text)
        )
    )


if __name__ == "__main__":
    main()
