#!/usr/bin/env python3
"""Makes a header of a revision yet to come: later_header.py CONNECTOR.h OUT.h

Every struct that begins with struct_size gets one more field at its end, and the minor rises.
"""
import pathlib
import re
import sys


def main():
    text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    text, structs = re.subn(r"(typedef struct (patchbay_\w+) \{\n  uint32_t struct_size;.*?)\n\} \2;",
                            r"\1\n  uint64_t later;\n} \2;", text, flags=re.DOTALL)
    text, minors = re.subn(r"(#define PATCHBAY_ABI_MINOR )(\d+)u",
                           lambda found: f"{found[1]}{int(found[2]) + 1}u", text)
    if structs < 10 or minors != 1:
        sys.exit(f"the header is not the one this script knows: {structs} structs, {minors} minors")
    out = pathlib.Path(sys.argv[2])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")


main()
