"""The report's pictures. The same results give the same bytes."""

import math

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "wingbeat", "font.family": "sans-serif", "font.size": 10,
    "font.sans-serif": ["DejaVu Sans"], "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11,
    "axes.titleweight": "bold", "axes.edgecolor": "#888", "xtick.color": "#444", "ytick.color": "#444",
})

from matplotlib import pyplot
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, LogLocator, NullLocator

from results import FLOOR, WINGBEAT, format_bytes, format_ns

COLOURS = ("#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#17a2b8", "#bc8f00", "#5b6abf", "#4f9d69", "#c46a2b", "#7f7f7f")
DASHES = ("-", (0, (5, 1)), (0, (1, 1)))
NINES = (0, 0.5, 0.9, 0.99, 0.999)
LABEL_STEP = 0.052  # the smallest distance between two labels, as a fraction of the axes' height
PANEL = (5.6, 4.8)


def styles(names):
    """Returns the style of each peer, the same in all pictures."""
    drawn = {FLOOR: {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.6, "zorder": 8},
             WINGBEAT: {"color": "#d6006c", "linestyle": "-", "linewidth": 2.8, "zorder": 9}}
    for i, name in enumerate(sorted(set(names) - set(drawn))):
        drawn[name] = {"color": COLOURS[i % len(COLOURS)], "linestyle": DASHES[i // len(COLOURS) % len(DASHES)],
                       "linewidth": 1.1, "zorder": 3}
    return drawn


def spread_out(places, step):
    """Moves positions that are too close apart, as little as possible, keeping order and, if they fit, 0 to 1."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, i in zip(order, order[1:]):
        moved[i] = max(moved[i], moved[before] + step)
    surplus = max(0.0, moved[order[-1]] - 1.0) if order else 0.0
    for rank in range(len(order) - 1, -1, -1):
        i = order[rank]
        above = moved[order[rank + 1]] - step if rank + 1 < len(order) else moved[i] - surplus
        moved[i] = min(moved[i], above)
    return moved


def label_ends(axes, lines):
    """Writes the name of each line next to its last point."""
    low, high = (math.log(limit) for limit in axes.get_ylim())
    places = spread_out([(math.log(ys[-1]) - low) / (high - low) for _, _, ys, _ in lines], LABEL_STEP)
    end = axes.transData.transform
    inverse = axes.transAxes.inverted().transform
    for (name, xs, ys, style), place in zip(lines, places):
        x, y = inverse(end((xs[-1], ys[-1])))
        axes.plot([x, 1.05], [y, place], transform=axes.transAxes, clip_on=False, color=style["color"], linewidth=0.5)
        axes.text(1.06, place, name, transform=axes.transAxes, va="center", fontsize=9, color=style["color"],
                  fontweight="bold" if name == WINGBEAT else "normal")


def draw(axes, series, drawn, title):
    """`series` are tuples of name, x, y; series without points are omitted."""
    lines = [(name, xs, ys, drawn[name]) for name, xs, ys in series if xs]
    marker = "o" if lines and len(lines[0][1]) < 10 else None
    for _, xs, ys, style in lines:
        axes.plot(xs, ys, marker=marker, markersize=3.5, **style)
    axes.set_title(title, loc="left")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5) if high < 500 * low else (1,), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: format_plain(value)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(True, color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    return lines


def format_plain(ns):
    """Returns the text of a tick: `10 µs`, not `10.0 µs`."""
    number, _, unit = format_ns(ns).partition(" ")
    return f"{float(number):g} {unit}"


def make_figure(panels):
    figure, axes = pyplot.subplots(1, panels, figsize=(PANEL[0] * panels, PANEL[1]), squeeze=False)
    left, right = (0.075, 0.87) if panels > 1 else (0.13, 0.78)
    figure.subplots_adjust(left=left, right=right, wspace=0.62, bottom=0.13, top=0.91)
    figure.patch.set_facecolor("white")
    return figure, list(axes[0])


def save(figure, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def nines(share):
    return -math.log10(1 - share)


def plot_distributions(results, cases, titles, path):
    drawn = styles(results.names())
    figure, panels = make_figure(len(cases))
    for axes, case in zip(panels, cases):
        series = []
        for name in results.names():
            points = [(nines(share), ns) for share, ns in results.distribution(case, name) if ns]
            series.append((name, [x for x, _ in points], [y for _, y in points]))
        lines = draw(axes, series, drawn, titles[case])
        axes.set_xlim(0, 3)
        axes.xaxis.set_major_locator(FixedLocator([nines(share) for share in NINES]))
        axes.xaxis.set_major_formatter(FixedFormatter(["0 %", "50 %", "90 %", "99 %", "99.9 %"]))
        axes.set_xlabel("share of frames that took at most so long")
        label_ends(axes, lines)
    panels[0].set_ylabel("time to last byte")
    save(figure, path)


def plot_overview(results, cases, titles, peers, labels, path):
    """Draws a panel for each case with a dot for each peer, in the same order in all panels, the first at the top."""
    colours = {FLOOR: "black", WINGBEAT: "#d6006c"}
    figure, panels = pyplot.subplots(1, len(cases), figsize=(13, 1.2 + 0.34 * len(peers)), squeeze=False, sharey=True)
    figure.subplots_adjust(left=0.27, right=0.98, wspace=0.08, bottom=0.17, top=0.9)
    for axes, case in zip(panels[0], cases):
        times = {peer: results.value(case, peer, "age", "p50_ns") for peer in peers}
        for rank, (peer, ns) in enumerate(times.items()):
            if ns:
                axes.plot([ns], [rank], marker="o", markersize=9 if peer == WINGBEAT else 7,
                          color=colours.get(peer, "#6f88a0"))
                axes.annotate(format_ns(ns), (ns, rank), xytext=(9, 0), textcoords="offset points", va="center",
                              fontsize=9)
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        span = high / low
        axes.set_xlim(low / span ** 0.04, high * span ** 0.35)  # room for the text of the last value
        axes.xaxis.set_major_locator(LogLocator(10, numticks=8))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_plain(value)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_title(titles[case], loc="left")
        axes.set_axisbelow(True)
        axes.grid(True, color="#e4e4e4", linewidth=0.6)
        axes.tick_params(axis="y", length=0)
    first = panels[0][0]
    first.set_yticks(range(len(peers)))
    first.set_yticklabels([labels[peer].replace("*", "") for peer in peers])
    for text, peer in zip(first.get_yticklabels(), peers):
        text.set_fontweight("bold" if peer == WINGBEAT else "normal")
    first.invert_yaxis()
    figure.text(0.62, 0.02, "time to last byte, median, logarithmic", ha="center")
    save(figure, path)


def p50_by(results, cases, column, metric, name):
    """Returns the points of the p50 of these cases against one of their columns."""
    points = [(int(results.about(case)[column]), results.value(case, name, metric, "p50_ns")) for case in cases]
    points = sorted((x, y) for x, y in points if y)
    return name, [x for x, _ in points], [y for _, y in points]


def plot_sizes(results, path):
    drawn = styles(results.names())
    scenarios = [scenario for scenario in ("spin", "sleep") if results.cases(scenario)]
    figure, panels = make_figure(len(scenarios))
    for axes, scenario in zip(panels, scenarios):
        cases = results.cases(scenario)
        series = [p50_by(results, cases, "bytes", "age", name) for name in results.names()]
        lines = draw(axes, series, drawn, {"spin": "spinning", "sleep": "sleeping"}[scenario])
        axes.set_xscale("log")
        sizes = [int(results.about(case)["bytes"]) for case in cases]
        axes.xaxis.set_major_locator(FixedLocator(sizes))
        axes.xaxis.set_major_formatter(FixedFormatter([format_bytes(size) for size in sizes]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("size of a frame")
        label_ends(axes, lines)
    panels[0].set_ylabel("time to last byte, p50")
    save(figure, path)


def plot_readers(results, groups, path):
    """`groups` are tuples of title, metric, cases."""
    drawn = styles(results.names())
    figure, panels = make_figure(len(groups))
    for axes, (title, metric, cases) in zip(panels, groups):
        series = [p50_by(results, cases, "readers", metric, name) for name in results.names()]
        lines = draw(axes, series, drawn, title)
        readers = sorted({int(results.about(case)["readers"]) for case in cases})
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(readers))
        axes.xaxis.set_major_formatter(FixedFormatter([str(count) for count in readers]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("readers, sleeping, on one core")
        label_ends(axes, lines)
    panels[0].set_ylabel("p50")
    save(figure, path)
