#!/usr/bin/env python3
"""Draws the addon's thumbnail, a flock of 270 x 70 pixels and the name: thumbnail.py ofxWingbeat/ofxaddons_thumbnail.png"""

import math
import random
import struct
import sys
import zlib

WIDTH, HEIGHT = 270, 70
NIGHT, DUSK = (13, 18, 32), (38, 52, 84)
BIRD, NAME, ACCENT = (120, 190, 255), (240, 244, 252), (255, 170, 90)


def arc(x, y, radius, start, end, squeeze=1.0):
    """Points of an arc, degrees clockwise from the right."""
    steps = 24
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + radius * squeeze * math.cos(a), y + radius * math.sin(a)) for a in angles]


# Strokes of each letter; small letters are 1 high, y downwards, the line they stand on at 1. And how wide it is.
ROUND = arc(0.45, 0.5, 0.5, 0, 360, 0.9)
LETTERS = {
    "o": ([ROUND], 0.9),
    "f": ([[(0.65, -0.42), (0.5, -0.48), (0.34, -0.42), (0.26, -0.2), (0.26, 1)], [(0, 0.05), (0.6, 0.05)]], 0.6),
    "x": ([[(0, 0), (0.75, 1)], [(0.75, 0), (0, 1)]], 0.75),
    "W": ([[(0, -0.45), (0.35, 1), (0.7, -0.3), (1.05, 1), (1.4, -0.45)]], 1.4),
    "i": ([[(0.05, 0), (0.05, 1)], [(0.05, -0.4), (0.05, -0.36)]], 0.1),
    "n": ([[(0, 1), (0, 0)], [*arc(0.38, 0.4, 0.4, 180, 360, 0.95), (0.76, 1)]], 0.76),
    "g": ([ROUND, [(0.9, 0), (0.9, 1.1), *arc(0.48, 1.1, 0.36, 0, 150, 1.15)]], 0.9),
    "b": ([[(0, -0.5), (0, 1)], ROUND], 0.9),
    "e": ([[(0.02, 0.5), *arc(0.45, 0.5, 0.5, 0, -310, 0.9)]], 0.88),
    "a": ([ROUND, [(0.9, 0), (0.9, 1)]], 0.9),
    "t": ([[(0.26, -0.4), (0.26, 0.75), (0.36, 0.97), (0.62, 0.97)], [(0, 0.05), (0.6, 0.05)]], 0.62),
}


def name_strokes(text, x, y, size):
    strokes = []
    for letter in text:
        lines, width = LETTERS[letter]
        strokes += [[(x + px * size, y + py * size) for px, py in line] for line in lines]
        x += (width + 0.32) * size
    return strokes


def distance(px, py, a, b):
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0 if length == 0 else max(0, min(1, ((px - a[0]) * dx + (py - a[1]) * dy) / length))
    return math.hypot(px - a[0] - t * dx, py - a[1] - t * dy)


def blend(image, x, y, colour, share):
    old = image[y][x]
    image[y][x] = tuple(o + (c - o) * share for o, c in zip(old, colour))


def draw_line(image, a, b, half_width, colour, strength=1.0):
    margin = int(half_width) + 2
    for y in range(max(0, int(min(a[1], b[1])) - margin), min(HEIGHT, int(max(a[1], b[1])) + margin + 1)):
        for x in range(max(0, int(min(a[0], b[0])) - margin), min(WIDTH, int(max(a[0], b[0])) + margin + 1)):
            cover = half_width + 0.5 - distance(x + 0.5, y + 0.5, a, b)
            if cover > 0:
                blend(image, x, y, colour, strength * min(1, cover))


def draw_flock(image):
    """Agents along a sweep, each a short stroke where it is heading; the nearer, the brighter."""
    rng = random.Random(7)
    for _ in range(330):
        t = rng.random()
        spread = rng.gauss(0, 1) * (4 + 12 * math.sin(math.pi * t))
        x = -10 + 290 * t + rng.gauss(0, 4)
        y = 54 - 40 * t + 11 * math.sin(5 * t) + spread * 0.7
        heading = math.atan2(-40 + 55 * math.cos(5 * t), 290) + rng.gauss(0, 0.15)
        size, strength = 1.2 + 1.8 * rng.random(), 0.25 + 0.6 * rng.random() ** 2
        tip = (x + size * math.cos(heading), y + size * math.sin(heading))
        draw_line(image, (x, y), tip, 0.55, ACCENT if rng.random() < 0.06 else BIRD, strength)


def draw_name(image):
    strokes = name_strokes("ofxWingbeat", 16, 27, 18.5)
    for width, colour, strength in ((3.2, NIGHT, 0.75), (1.25, NAME, 1.0)):
        for stroke in strokes:
            for a, b in zip(stroke, stroke[1:]):
                draw_line(image, a, b, width, colour, strength)


def draw():
    image = []
    for y in range(HEIGHT):
        shade = tuple(n + (d - n) * (1 - y / HEIGHT) for n, d in zip(NIGHT, DUSK))
        image.append([shade] * WIDTH)
    draw_flock(image)
    draw_name(image)
    return image


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(image):
    rows = b"".join(b"\0" + bytes(max(0, min(255, round(c))) for pixel in row for c in pixel) for row in image)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(png(draw()))
