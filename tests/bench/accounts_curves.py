"""The curves of accounts_bench.py, as a picture."""
import math

# Key, what it is, unit, how many of the bench's units one is.
CURVES = (("started", "start until the first token", "ms", 1),
          ("token_first", "token of an account not read before", "ms", 1),
          ("token_again", "token of one that was", "ms", 1),
          ("show", "one account", "ms", 1),
          ("list", "first page of the list", "ms", 1),
          ("list_last", "last page of the list", "ms", 1),
          ("find_owner", "the accounts of an owner", "ms", 1),
          ("link", "link an account, from the command line", "ms", 1),
          ("unlink", "unlink one", "ms", 1),
          ("bytes", "private memory of the idle hub", "MiB", 1 << 20),
          ("idle_core", "of one core, while nobody asks", "%", 1))
DRAWN = {"started": "#8a5a00", "token_first": "#0b6e4f", "token_again": "#4a4e69", "list": "#1d4ed8", "list_last": "#b3261e",
         "find_owner": "#7b2d8b", "unlink": "#00798c"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 420, 70, 24, 270, 50


def draw(accounts, path):
    """Both axes are logarithmic: milliseconds over accounts."""
    sizes = sorted(int(size) for size in accounts if size.isdigit())
    curves = {key: [accounts[str(size)][key] for size in sizes] for key in DRAWN}
    low = math.floor(math.log10(min(min(values) for values in curves.values())))
    high = math.ceil(math.log10(max(max(values) for values in curves.values())))

    def x(size):
        share = math.log10(size / sizes[0]) / math.log10(sizes[-1] / sizes[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    labels = {key: label for key, label, _, _ in CURVES}
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img"'
           ' aria-label="Milliseconds over the number of accounts">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for power in range(low, high + 1):
        out.append(f'<path d="M{LEFT} {y(10 ** power):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y(10 ** power) + 4:.1f}" text-anchor="end" fill="#444">{10.0 ** power:g} ms</text>')
    for size in sizes:
        out.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle" fill="#444">{size:,}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="#444">accounts</text>')
    below = TOP
    for key in sorted(DRAWN, key=lambda key: -curves[key][-1]):
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in zip(sizes, curves[key]))
        out.append(f'<polyline points="{points}" fill="none" stroke="{DRAWN[key]}" stroke-width="2"/>')
        out += [f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" fill="{DRAWN[key]}"/>' for size, value in zip(sizes, curves[key])]
        below = max(below, y(curves[key][-1]))
        out.append(f'<path d="M{x(sizes[-1]) + 6:.1f} {y(curves[key][-1]):.1f}L{WIDTH - RIGHT + 18} {below:.1f}" stroke="{DRAWN[key]}"/>'
                   f'<text x="{WIDTH - RIGHT + 24}" y="{below + 4:.1f}" fill="{DRAWN[key]}">{labels[key]}</text>')
        below += 18
    path.write_text("\n".join([*out, "</svg>"]) + "\n")
