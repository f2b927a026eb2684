#!/usr/bin/env python3
"""Makes docs/benchmarks.md, docs/benchmarks-details.md and their pictures from the results of one machine.

Exit code: 0 success, 2 wrong usage, 3 no results, 4 no matplotlib (Debian: python3-matplotlib; or use --no-plots).
"""

import argparse
import importlib.util
import json
import os
import sys
from pathlib import Path

import words
from results import FLOOR, WINGBEAT, Results, format_bytes, format_ns, number
from verdicts import verdicts

ROOT = Path(__file__).resolve().parents[2]
NOTES = Path(__file__).with_name("README.md")
SYSTEM_PYTHON = "/usr/bin/python3"
COLUMNS = {"p50_ns": "p50", "p99_ns": "p99", "p999_ns": "p99.9", "max_ns": "max"}
SPIN, SLEEP, SWARM_BYTES = "spin", "sleep", "3200000"
WAKE_UP = ("sleep-64", "signal")  # case and metric of the overview's last column


# ------------------------------------------------------------------------------------------------------------- cells

def table(headers, rows):
    lines = [headers, ["---"] + ["---:"] * (len(headers) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def shown_name(peer):
    return {WINGBEAT: "**Wingbeat**", FLOOR: "*floor*"}.get(peer, peer)


def title_of(results, case):
    """Returns a title such as `1 kHz, 256 KiB`."""
    about = results.about(case)
    rate = int(about["pace"]) if about["pace"].isdigit() else 0
    pace = f"{rate // 1000} kHz, " if rate >= 1000 else f"{rate} Hz, " if rate else ""
    return pace + format_bytes(int(about["bytes"]))


def missing(results, case, peer):
    """Returns the text of a cell without a figure."""
    return {"cannot": "too large", "failed": "failed"}.get(results.status(case, peer), "")


def ordered(results, case, metric, column="p50_ns"):
    """Returns the floor and Wingbeat, then the others from best to worst; peers without a figure are last."""
    def rank(peer):
        value = results.value(case, peer, metric, column)
        return (peer != FLOOR, peer != WINGBEAT, value is None, value or 0, peer)
    return sorted(results.names(), key=rank)


def time_cell(results, case, peer, metric, column="p50_ns"):
    return format_ns(results.value(case, peer, metric, column)) or missing(results, case, peer)


def ratio_cell(results, metric, case, peer):
    ratio = results.ratio(metric, (case, peer), (case, FLOOR))
    return f"{ratio.median:.2f}" if ratio else ""


# ------------------------------------------------------------------------------------------------------------ tables

def by_size(results, scenario, metric):
    """Returns a table of the p50 at each size and its ratio to the floor."""
    cases = results.cases(scenario)
    if not cases:
        return "Not measured."
    sort_case = next((case for case in cases if results.about(case)["bytes"] == SWARM_BYTES), cases[0])
    if metric == "signal":
        sort_case = cases[0]
    headers = ["p50 (x floor)", *(title_of(results, case) for case in cases)]
    rows = [[shown_name(peer), *(with_ratio(results, metric, case, peer) for case in cases)]
            for peer in ordered(results, sort_case, metric)]
    return table(headers, rows)


def with_ratio(results, metric, case, peer):
    ratio = ratio_cell(results, metric, case, peer)
    cell = time_cell(results, case, peer, metric)
    return f"{cell} ({ratio})" if ratio and peer != FLOOR else cell


def spread(results, case, metric):
    """Returns a table of p50, p99, p99.9 and max in one case."""
    rows = [[shown_name(peer), *(time_cell(results, case, peer, metric, column) for column in COLUMNS),
             results.value(case, peer, metric, "count") or ""]
            for peer in ordered(results, case, metric)]
    return table([title_of(results, case), *COLUMNS.values(), "samples"], rows)


def spreads(results, cases, metric):
    return "\n\n".join(spread(results, case, metric) for case in cases) or "Not measured."


def share(part, whole):
    if not whole:
        return ""
    percent = 100 * part / whole
    if 0 < percent < 0.01:
        return "< 0.01 %"
    return f"{percent:.2f} %" if 0 < percent < 1 else f"{percent:.3g} %" if part else "0"


def sums(results, case, peer):
    """Returns sent, received, lost, seconds, or None for a peer that was not measured."""
    columns = ("sent", "received", "lost", "seconds")
    values = [results.value(case, peer, "age", column) for column in columns]
    return None if None in values else values


def paced(results, case):
    rows = []
    for peer in ordered(results, case, "age"):
        counted = sums(results, case, peer)
        lost = share(counted[2], counted[0]) if counted else ""
        cpu = [format_ns(results.value(case, peer, "age", column)) for column in ("sender_cpu_ns", "receiver_cpu_ns")]
        rows.append([shown_name(peer), *(time_cell(results, case, peer, "age", column) for column in COLUMNS), lost,
                     time_cell(results, case, peer, "publish"), *cpu])
    headers = [title_of(results, case), *COLUMNS.values(), "lost", "publish p50", "CPU sender", "CPU receiver"]
    return table(headers, rows)


def received_per_second(results, case, peer):
    counted = sums(results, case, peer)
    return counted[1] / counted[3] if counted and counted[3] else None


def flat_out(results):
    cases = results.cases("flat")
    if not cases:
        return "Not measured."

    def cells(case, peer):
        rate, counted = received_per_second(results, case, peer), sums(results, case, peer)
        if rate is None:
            return [missing(results, case, peer), "", ""]
        cpu_ns = results.value(case, peer, "age", "sender_cpu_ns")
        return [f"{rate:,.0f}", share(counted[2], counted[0]), format_ns(cpu_ns)]

    def rank(peer):
        return (peer != FLOOR, peer != WINGBEAT, -(received_per_second(results, cases[-1], peer) or 0), peer)

    headers = ["received per second"]
    for case in cases:
        headers += [title_of(results, case), "lost", "CPU sender"]
    rows = [[shown_name(peer), *(cell for case in cases for cell in cells(case, peer))]
            for peer in sorted(results.names(), key=rank)]
    return table(headers, rows)


def reader_groups(results):
    """Returns the cases of each size by number of readers. For one reader they are the sleeping cases in turns."""
    groups = []
    for size in dict.fromkeys(results.about(case)["bytes"] for case in results.cases("readers")):
        one = [case for case in results.cases(SLEEP) if results.about(case)["bytes"] == size]
        groups.append(one + [case for case in results.cases("readers") if results.about(case)["bytes"] == size])
    return groups


def by_readers(results, cases):
    headers = [format_bytes(int(results.about(cases[0])["bytes"]))]
    for case in cases:
        count = int(results.about(case)["readers"])
        headers += [f"{count} {'reader' if count == 1 else 'readers'}: age", "publish"]
    shown = [(case, metric) for case in cases for metric in ("age", "publish")]
    rows = [[shown_name(peer), *(time_cell(results, case, peer, metric) for case, metric in shown)]
            for peer in ordered(results, cases[-1], "age")]
    return table(headers, rows)


def beside(results):
    cases = results.cases("beside")
    if not cases:
        return "Not measured."
    headers = ["p50"]
    for case in cases:
        kind = results.about(case)["beside"]
        headers += [f"{f'beside a {kind} one' if kind else 'alone'}: age", "age p99", "publish", "arrived"]
    rows = [[shown_name(peer), *(cell for case in cases for cell in beside_cells(results, case, peer))]
            for peer in ordered(results, cases[-1], "age")]
    return table(headers, rows)


def arrived(results, case, counted):
    """Returns the share of the due frames that arrived. A frame not sent because the sender waited did not arrive."""
    _, received, _, seconds = counted
    return share(min(1, received / max(1, int(int(results.about(case)["pace"]) * seconds))), 1)


def beside_cells(results, case, peer):
    counted = sums(results, case, peer)
    if not counted:
        blocked = any("not over after" in why for why in results.whys(case, peer))
        return ["never ends" if blocked else missing(results, case, peer), "", "", ""]
    return [time_cell(results, case, peer, "age"), time_cell(results, case, peer, "age", "p99_ns"),
            time_cell(results, case, peer, "publish"), arrived(results, case, counted)]


def cpu(results):
    cases = [case for case in results.cases(SLEEP) + results.cases("readers") if results.about(case)]
    if not cases:
        return "Not measured."

    def heading(case):
        readers = int(results.about(case)["readers"])
        return format_bytes(int(results.about(case)["bytes"])) + (f", {readers} readers" if readers > 1 else "")

    rows = [[shown_name(peer), *(format_ns(results.value(case, peer, "age", "receiver_cpu_ns")) or
                                 missing(results, case, peer) for case in cases)]
            for peer in ordered(results, cases[0], "age", "receiver_cpu_ns")]
    return table(["CPU of a receiver, per frame", *map(heading, cases)], rows)


def publish(results):
    """Returns Wingbeat's time to publish by number of readers, for readers that do not wait and those that it wakes."""
    states = {"that do not wait": results.publish_cost(), "that each frame wakes": results.publish_cost("woken")}
    return "\n\n".join(publish_cost(readers, cost) for readers, cost in states.items() if cost)


def publish_cost(readers, cost):
    rows = [[count, format_ns(ns)] for count, ns in cost.points]
    return (f"By number of readers {readers}, **{cost.base_ns:.0f} ns, and "
            f"{cost.slope_ns:.2f} ns per reader** (least squares).\n\n" + table(["readers", "publish p50"], rows))


def julia(results):
    """Returns a table of each way in Julia compared with Wingbeat's receiver in C++."""
    rows = [row for row in results.julia() if row["p50_ns"]]
    in_cpp = {julia_case(row): number(row["p50_ns"]) for row in rows if row["way"] == "wingbeat-cpp"}
    cells = [[row["way"], row["wait"], row["pace"], format_bytes(int(row["bytes"])), row["metric"],
              *(format_ns(number(row[column])) for column in COLUMNS), row["lost"], over(row, in_cpp.get(julia_case(row)))]
             for row in rows]
    return table(["", "waits", "pace", "frame", "metric", *COLUMNS.values(), "lost", "over C++"], cells) if cells else ""


def julia_case(row):
    return tuple(row[column] for column in ("scenario", "bytes", "wait", "pace", "metric"))


def over(row, p50_ns):
    return f"{number(row['p50_ns']) / p50_ns:.2f}x" if p50_ns else ""


def failures(results):
    rows = {}
    for row in results.failures:
        key = (row["peer"], row["case"], row["why"])
        rows.setdefault(key, [0, row["stderr"]])[0] += 1
    if not rows:
        return "Nothing failed."
    cells = [[*key, count, shortened(said)] for key, (count, said) in sorted(rows.items())]
    return table(["peer", "case", "failure", "times", "output"], cells).replace("---:", "---")


def shortened(text, most=160):
    return text if len(text) <= most else text[:most] + "..."


def peers(results):
    copies = {"True": "yes", "False": "no"}
    rows = [[shown_name(peer), row["version"], copies.get(row["copies"], ""), row["settings"]]
            for peer, row in results.peers.items()]
    return table(["peer", "version", "copies", "settings"], rows).replace("---:", "---")


def about_machine(results):
    about = results.machine
    hypervisor, stolen = about.get("hypervisor"), about.get("stolen_share")
    lines = {
        "CPU": f"{about['cpu']}, {about['cores']} cores" + (f", under {hypervisor}" if hypervisor else ""),
        "caches": ", ".join(f"{name} {size}" for name, size in about.get("caches", {}).items()),
        "memory": f"{about['memory_bytes'] / 2**30:.1f} GiB",
        "system": f"{about.get('system', '')}, {about['kernel']}",
        "frequency governor": about.get("governor") or "not visible",
        "huge pages for shared memory": about.get("huge_pages_for_shared_memory", ""),
        "compiler": f"{about['compiler']}, {about['flags']}",
        "commit": f"{about['commit'][:12]}" + (", with changes on top" if about.get("changed_since") else ""),
        "date": about["date"],
        "load at the start": f"{about['load_at_start']:.2f}",
        "time stolen by the hypervisor": "" if stolen is None else share(stolen, 1),
        "cores used": f"sender {about['sender_core']}, receivers {about['receiver_core']}",
        "rounds, seed, time scale": f"{about['rounds']}, {about['seed']}, {about['seconds_scale']:g}",
    }
    return table(["", ""], [[name, text] for name, text in lines.items() if text]).replace("---:", "---")


# -------------------------------------------------------------------------------------------------------------- page

def warning(results):
    about, doubts = results.machine, []
    if not about.get("complete", True):
        doubts.append("the run was interrupted")
    if about["rounds"] < 3:
        doubts.append(f"only {about['rounds']} round{'s' if about['rounds'] > 1 else ''}")
    if about["load_at_start"] > 0.5:
        doubts.append(f"other programs were running (load {about['load_at_start']:.1f} at the start)")
    return f"> **These figures are not to be relied on**: {'; '.join(doubts)}.\n" if doubts else ""


def targets(results):
    rows = [[verdict.target, "met" if verdict.word == "met" else f"**{verdict.word}**", verdict.figure]
            for verdict in verdicts(results)]
    return table(["target", "", "measured"], rows).replace("---:", "---")


# ---------------------------------------------------------------------------------------------------------- overview

def overview_peers(results):
    """Returns the peers of the first page, sorted by time at the swarm's size."""
    shown = [peer for peer in words.OVERVIEW if peer in results.names()]
    case = next((case for case in results.cases(SPIN) if results.about(case)["bytes"] == SWARM_BYTES), None)
    return [peer for peer in ordered(results, case, "age") if peer in shown] if case else shown


def overview_columns(results):
    """Returns the columns as pairs of case and metric."""
    return [(case, "age") for case in results.cases(SPIN)] + ([WAKE_UP] if results.about(WAKE_UP[0]) else [])


def overview_table(results):
    """Returns a table with a row for each peer. The best value of each column, without the floor, is bold."""
    columns, peers_shown = overview_columns(results), overview_peers(results)
    if not columns or not peers_shown:
        return "Not measured."
    best = {column: min((value for peer in peers_shown if peer != FLOOR and (value := results.value(column[0], peer,
                         column[1], "p50_ns")) is not None), default=None) for column in columns}

    def cell(peer, column):
        text, value = time_cell(results, column[0], peer, column[1]), results.value(column[0], peer, column[1], "p50_ns")
        return f"**{text}**" if text and value == best[column] and peer != FLOOR else text

    headers = ["p50", *(title_of(results, case) + (", wake-up" if (case, metric) == WAKE_UP else "")
                        for case, metric in columns)]
    rows = [[words.OVERVIEW[peer], *(cell(peer, column) for column in columns)] for peer in peers_shown]
    return table(headers, rows)


def make_overview(results, images, page, details):
    picture = f"![{words.OVERVIEW_PICTURE}]({os.path.relpath(images / 'overview.svg', page.parent)})"
    others = len(set(results.names()) - {FLOOR, WINGBEAT, "wingbeat-huge"})
    about = {"others": others, "details": details.name, "machine": results.folder.name,
             "cpu": f"{results.machine['cpu']}, {results.machine['cores']} cores",
             "notes": os.path.relpath(NOTES, page.parent), "folder": os.path.relpath(results.folder, page.parent)}
    parts = [words.OVERVIEW_HEAD.format(**about), warning(results), picture if results.cases(SPIN) else "",
             words.OVERVIEW_TABLE.format(**about), overview_table(results), words.OVERVIEW_END.format(**about)]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


# ----------------------------------------------------------------------------------------------------------- details

def titled(*tables):
    """Joins pairs of a heading and a table. A pair without a heading is plain text."""
    return "\n\n".join(f"{heading}:\n\n{text}" if heading else text for heading, text in tables if text)


def both_waits(results, metric):
    return titled(("Spinning", by_size(results, SPIN, metric)), ("Sleeping", by_size(results, SLEEP, metric)))


def each(texts):
    return "\n\n".join(texts) or "Not measured."


def distributions(results):
    return titled(("Time to last byte, spinning", spreads(results, extremes(results, SPIN), "age")),
                  ("Signal, sleeping", spreads(results, extremes(results, SLEEP), "signal")))


def sections(results, show):
    """Returns the titles and the parts of their texts, in order. `show` makes a picture of a scenario."""
    return {
        "Targets": [words.TARGETS, targets(results)],
        "Time to last byte": [words.TIME_TO_LAST_BYTE,
                              show(SPIN, "time-against-size.svg", "Time to last byte against size"),
                              both_waits(results, "age")],
        "Signal": [words.SIGNAL, both_waits(results, "signal")],
        "Distributions": [show(SPIN, "distribution-turns.svg", "Distributions of the time to last byte, in turns"),
                          distributions(results)],
        "Paced": [words.PACED, show("paced", "distribution-paced.svg", "Distributions of the time to last byte, paced"),
                  each(paced(results, case) for case in results.cases("paced"))],
        "Flat out": [words.FLAT_OUT, flat_out(results)],
        "Readers": [words.READERS, show("readers", "cost-against-readers.svg", "Cost against the number of readers"),
                    each(by_readers(results, group) for group in reader_groups(results))],
        "Publishing": [words.PUBLISHING, both_waits(results, "publish"), publish(results)],
        "A slow and a stopped reader": [words.BESIDE, beside(results)],
        "CPU": [words.CPU, cpu(results)],
        "End to end in Julia": [julia(results)],
        "Failures": [failures(results)],
        "Peers": [peers(results)],
        "Machine": [about_machine(results)],
    }


def extremes(results, scenario):
    """Returns the cases with the smallest frames and with the swarm's frames."""
    cases = results.cases(scenario)
    return [case for case in cases if results.about(case)["bytes"] in ("64", SWARM_BYTES)]


def make_details(results, images, page, overview):
    def show(scenario, name, text):
        return f"![{text}]({os.path.relpath(images / name, page.parent)})" if results.cases(scenario) else ""

    texts = {title: "\n\n".join(filter(None, parts)) for title, parts in sections(results, show).items()}
    parts = [f"## {title}\n\n{text}\n" for title, text in texts.items() if text]
    head = words.HEAD.format(overview=overview.name, notes=os.path.relpath(NOTES, page.parent))
    return "\n".join([head, *filter(None, [warning(results)]), *parts])


def make_plots(results, images):
    import plots  # imported here, so that a page without pictures needs no matplotlib

    def present(*cases):
        return [case for case in cases if results.about(case)]

    turns = present("spin-3200000", "sleep-64")
    if turns:
        titles = {"spin-3200000": "spinning, 3.2 MB", "sleep-64": "sleeping, 64 B"}
        plots.plot_distributions(results, turns, titles, images / "distribution-turns.svg")
    paced_cases = present("paced-60hz-3200000", "paced-1000hz-262144")
    if paced_cases:
        plots.plot_distributions(results, paced_cases, {case: title_of(results, case) for case in paced_cases},
                                 images / "distribution-paced.svg")
    if results.cases(SPIN):
        shown = [case for case in results.cases(SPIN) if results.about(case)["bytes"] in words.OVERVIEW_BYTES]
        plots.plot_overview(results, shown, {case: title_of(results, case) for case in shown},
                            overview_peers(results), words.OVERVIEW, images / "overview.svg")
    if results.cases(SPIN) or results.cases(SLEEP):
        plots.plot_sizes(results, images / "time-against-size.svg")
    groups = reader_groups(results)
    if groups:
        small, large = groups[0], groups[-1]
        plots.plot_readers(results, [(f"publish, {title_of(results, small[0])}", "publish", small),
                                     (f"time to last byte, {title_of(results, large[0])}", "age", large)],
                           images / "cost-against-readers.svg")


# --------------------------------------------------------------------------------------------------------- arguments

def newest_results():
    """Returns the folder in bench/results with the latest date."""
    def date(folder):
        return json.loads((folder / "machine.json").read_text())["date"]
    folders = [file.parent for file in (ROOT / "bench/results").glob("*/machine.json")]
    return max(folders, key=date, default=None)


def has_matplotlib():
    return importlib.util.find_spec("matplotlib") is not None


def use_system_python():
    """Runs this script with the system's Python, for which Debian packages matplotlib. It may not be first on PATH."""
    if os.environ.get("WINGBEAT_REPORT_PYTHON") or not os.access(SYSTEM_PYTHON, os.X_OK):
        return
    os.environ["WINGBEAT_REPORT_PYTHON"] = SYSTEM_PYTHON
    os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="?", type=Path, help="folder of one machine; default: the newest in bench/results")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/benchmarks.md",
                        help="default: docs/benchmarks.md; the details are written to NAME-details.md beside it")
    parser.add_argument("--images", type=Path, help="folder for pictures; default: images/benchmarks beside the page")
    parser.add_argument("--no-plots", action="store_true", help="do not draw the pictures")
    parser.add_argument("--targets", action="store_true", help="print the targets as JSON and write nothing")
    options = parser.parse_args(arguments)
    options.images = options.images or options.page.parent / "images/benchmarks"
    options.details = options.page.with_name(f"{options.page.stem}-details.md")
    return options


def main(arguments=None):
    options = read_options(arguments)
    folder = options.results or newest_results()
    if folder is None or not (folder / "machine.json").exists():
        print(f"report.py: no results in {folder or 'bench/results'}: make bench-peers", file=sys.stderr)
        return 3
    results = Results(folder.resolve())
    if options.targets:
        print(json.dumps([vars(verdict) for verdict in verdicts(results)], indent=2))
        return 0
    if not options.no_plots and not has_matplotlib():
        use_system_python()
        print("report.py: needs matplotlib (Debian: python3-matplotlib), or --no-plots", file=sys.stderr)
        return 4
    options.page.parent.mkdir(parents=True, exist_ok=True)
    options.page.write_text(make_overview(results, options.images, options.page, options.details))
    options.details.write_text(make_details(results, options.images, options.details, options.page))
    if not options.no_plots:
        make_plots(results, options.images)
    return 0


if __name__ == "__main__":
    sys.exit(main())
