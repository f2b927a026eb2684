"""The targets of Wingbeat, each with the measured figure."""

from dataclasses import dataclass

from results import FLOOR, WINGBEAT, format_ns

SPIN_SIGNAL, SLEEP_SIGNAL, SWARM_AGE = "spin-64", "sleep-64", "spin-3200000"
MET, NOT_MET, NOT_MEASURED = "met", "not met", "not measured"


@dataclass(frozen=True)
class Verdict:
    target: str
    figure: str
    word: str


def verdict(target, figure, holds):
    return Verdict(target, figure, MET if holds else NOT_MET)


def unknown(target, why=""):
    return Verdict(target, why, NOT_MEASURED)


def at_most(results, target, metric, case, limit):
    """Checks that Wingbeat's ratio to the floor is at most `limit`."""
    ratio = results.ratio(metric, (case, WINGBEAT), (case, FLOOR))
    return verdict(target, str(ratio), ratio.median <= limit) if ratio else unknown(target)


def ahead_of(results, target, metric, case, peers, least):
    """Checks that each of these peers takes at least `least` times as long. The figure is that of the closest peer."""
    ratios = {peer: results.ratio(metric, (case, peer), (case, WINGBEAT)) for peer in peers}
    measured = {peer: ratio for peer, ratio in ratios.items() if ratio}
    if not measured:
        return unknown(target)
    closest = min(measured, key=lambda peer: measured[peer].median)
    left_out = sorted(set(ratios) - set(measured))
    figure = f"{closest}: {measured[closest]}" + (f"; without {', '.join(left_out)}" if left_out else "")
    return verdict(target, figure, measured[closest].median >= least)


def others(results):
    return [peer for peer in results.names() if peer not in (FLOOR, WINGBEAT)]


def copying(results):
    return [peer for peer in others(results) if results.peers[peer]["copies"] == "True"]


def flatness(results, target, limit):
    """Checks the ratio of the largest to the smallest p50 of the signal over all sizes."""
    spreads = {}
    for peer in (WINGBEAT, FLOOR):
        values = [results.value(case, peer, "signal", "p50_ns") for case in results.cases("spin")]
        values = [value for value in values if value]
        if len(values) < 2:
            return unknown(target)
        spreads[peer] = (min(values), max(values))
    low, high = spreads[WINGBEAT]
    floor_low, floor_high = spreads[FLOOR]
    figure = (f"{format_ns(low)} to {format_ns(high)}, {high / low:.2f}x; "
              f"the floor {format_ns(floor_low)} to {format_ns(floor_high)}, {floor_high / floor_low:.2f}x")
    return verdict(target, figure, high / low <= limit)


def no_more_than_the_floor(results, target, limit):
    """Checks the worst ratio of signals over all sizes."""
    ratios = {case: results.ratio("signal", (case, WINGBEAT), (case, FLOOR)) for case in results.cases("spin")}
    ratios = {case: ratio for case, ratio in ratios.items() if ratio}
    if not ratios:
        return unknown(target)
    worst = max(ratios, key=lambda case: ratios[case].median)
    return verdict(target, f"worst at {worst}: {ratios[worst]}", ratios[worst].median <= limit)


def publish_slope(results, target, most_ns):
    cost = results.publish_cost()
    if not cost:
        return unknown(target)
    figure = f"{cost.base_ns:.0f} ns and {cost.slope_ns:.2f} ns per reader"
    return verdict(target, figure, cost.slope_ns <= most_ns)


def stopped(results, target, limit):
    """Compares publishing and the healthy reader's age with and without a stopped reader."""
    ratios = {what: results.ratio(metric, ("beside-stopped", WINGBEAT), ("beside-alone", WINGBEAT))
              for what, metric in (("publish", "publish"), ("age", "age"))}
    if not all(ratios.values()):
        failed = "; ".join(results.whys("beside-stopped", WINGBEAT))
        return Verdict(target, failed, NOT_MET) if failed else unknown(target)
    lost = results.value("beside-stopped", WINGBEAT, "age", "lost")
    figure = ", ".join(f"{what} {ratio}" for what, ratio in ratios.items()) + f", {lost} lost"
    return verdict(target, figure, lost == 0 and all(ratio.median <= limit for ratio in ratios.values()))


def verdicts(results):
    spin, sleep = "Spinning, 64 B: signal p50", "Sleeping, 64 B: signal p50"
    swarm = "Spinning, 3.2 MB: time to last byte p50"
    return [
        at_most(results, f"{spin} within 1.3x of the floor", "signal", SPIN_SIGNAL, 1.3),
        ahead_of(results, f"{spin} at least 2x ahead of iceoryx2", "signal", SPIN_SIGNAL, ["iceoryx2"], 2),
        at_most(results, f"{swarm} within 1.03x of the floor", "age", SWARM_AGE, 1.03),
        ahead_of(results, f"{swarm} at least 3x ahead of every peer that copies", "age", SWARM_AGE, copying(results),
                 3),
        at_most(results, f"{sleep} within 1.1x of a bare futex (the floor)", "signal", SLEEP_SIGNAL, 1.1),
        ahead_of(results, f"{sleep} ahead of every peer", "signal", SLEEP_SIGNAL, others(results), 1),
        flatness(results, "Spinning: signal p50 flat from 64 B to 32 MB (largest at most 1.5x the smallest)", 1.5),
        no_more_than_the_floor(results, "Spinning: signal p50 within 1.3x of the floor at every size", 1.3),
        publish_slope(results, "Publishing costs at most 3 ns more per reader, 0 to 32 readers", 3),
        stopped(results, "A stopped reader changes nothing (p50 within 1.1x, nothing lost)", 1.1),
    ]
