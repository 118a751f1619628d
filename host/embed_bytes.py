"""What the scripts share that put files into the program."""


def bytes_literal(content):
    """The bytes as the inside of a C++ array."""
    rows = (content[i:i + 32] for i in range(0, len(content), 32))
    return ",\n".join(",".join(str(byte) for byte in row) for row in rows)
