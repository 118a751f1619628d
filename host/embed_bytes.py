"""What the scripts share that put files into the program."""


def bytes_literal(content):
    """The bytes as the inside of a C++ array."""
    rows = (content[i:i + 32] for i in range(0, len(content), 32))
    return ",\n".join(",".join(str(byte) for byte in row) for row in rows)


def flatten(node, prefix=""):
    """(dotted name, text) of each text in nested objects."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
