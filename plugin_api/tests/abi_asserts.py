#!/usr/bin/env python3
"""Turns the golden layout into assertions for a compiler: abi_asserts.py abi.golden OUT.c

What was released stays where it was: fields to the byte, constants to the number. Structs that may
grow are at least as large.
"""
import pathlib
import sys


def assertion(line):
    """The condition that a line of the golden file stands for, or None."""
    words = line.split()
    if words[0] == "struct":
        larger = "==" if words[6] == "frozen" else ">="
        return f"sizeof({words[1]}) {larger} {words[3]} && _Alignof({words[1]}) == {words[5]}"
    if words[0] == "field":
        struct, field = words[1].split(".")
        return f"offsetof({struct}, {field}) == {words[3]} && sizeof((({struct}*)0)->{field}) == {words[5]}"
    if words[0] == "constant" and words[1] != "PATCHBAY_ABI_MINOR":
        return f"{words[1]} == {words[2]}u"
    return None


def main():
    golden = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    lines = ["/* Made by abi_asserts.py. Not to be edited. */", '#include "patchbay/connector.h"']
    conditions = [(assertion(line), line) for line in golden]
    lines.append("/* NOLINTBEGIN(bugprone-sizeof-expression): pointers have a size, too. */")
    lines += [f'_Static_assert({condition}, "was: {line}");' for condition, line in conditions if condition]
    if len(lines) < 150:
        sys.exit(f"{sys.argv[1]}: {len(lines)} lines are not the whole interface")
    lines.append("/* NOLINTEND(bugprone-sizeof-expression) */")
    pathlib.Path(sys.argv[2]).write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
