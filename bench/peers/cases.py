"""The cases of the benchmark, one per line. Every peer runs every case in every round."""

from dataclasses import dataclass

SMALL, PAGE, IMAGE, SWARM, HUGE = 64, 4096, 256 * 1024, 3_200_000, 32_000_000
SIZES = (SMALL, PAGE, IMAGE, SWARM, HUGE)

SPIN_PAUSE_NS = 1_000  # in turns: from the time when all receivers are ready to the next frame
SLEEP_PAUSE_NS = 100_000  # long enough for a receiver to fall asleep
SLOW_NAP_NS = 50_000_000  # three frames at 60 Hz; the slow reader holds each frame for this long


@dataclass(frozen=True)
class Case:
    scenario: str
    name: str
    bytes: int
    wait: str  # spin | sleep
    pace: str  # turns | flat | frames per second
    readers: int = 1
    beside: str = ""  # slow | stopped: the kind of the last reader
    seconds: float = 0.35
    frames: int = 200_000
    distribution: bool = False  # keep all quantiles, not only some
    times: int = 1  # this case runs this many times as many rounds as others

    @property
    def healthy(self):
        """Returns the number of receivers that the sender waits for and that count."""
        return self.readers - (1 if self.beside else 0)

    def pace_options(self):
        if self.pace == "flat":
            return ["--flat-out"]
        if self.pace == "turns":
            return ["--pause-ns", str(SPIN_PAUSE_NS if self.wait == "spin" else SLEEP_PAUSE_NS)]
        return ["--rate", self.pace]

    def reader_options(self, reader):
        if reader < self.healthy:
            return []
        return ["--stopped"] if self.beside == "stopped" else ["--nap-ns", str(SLOW_NAP_NS)]


# Targets are ratios between batches of one round. The cores of a virtual machine may be near to each other in one batch
# and far from each other in the next, so the cases with targets run more often.
TARGETED = {("spin", SMALL): 4, ("spin", SWARM): 4, ("sleep", SMALL): 4}


def _in_turns(scenario):
    return [Case(scenario, f"{scenario}-{size}", size, scenario, "turns", distribution=size in (SMALL, SWARM),
                 seconds=0.7 if size == HUGE else 0.35, times=TARGETED.get((scenario, size), 1))
            for size in SIZES]


def _readers():
    return [Case("readers", f"readers-{readers}x{size}", size, "sleep", "turns", readers)
            for size in (SMALL, SWARM) for readers in (4, 16)]


def _paced():
    return [Case("paced", f"paced-{rate}hz-{size}", size, "sleep", str(rate), seconds=seconds, distribution=True)
            for rate, size, seconds in ((60, SWARM, 1.0), (1000, SMALL, 0.6), (1000, IMAGE, 0.6))]


def _flat():
    return [Case("flat", f"flat-{size}", size, "spin", "flat", seconds=0.25, frames=3_000_000)
            for size in (SMALL, IMAGE, SWARM)]


def _beside(scenario):
    """Returns the cases of a healthy reader: alone, and together with a slow or a stopped reader."""
    kinds = {"alone": "", "slow": "slow", "stopped": "stopped"}
    return [Case(scenario, f"beside-{kind}", IMAGE, "sleep", "60", 2 if beside else 1, beside, seconds=0.8)
            for kind, beside in kinds.items()]


CASES = _in_turns("spin") + _in_turns("sleep") + _readers() + _paced() + _flat() + _beside("beside")
SCENARIOS = tuple(dict.fromkeys(case.scenario for case in CASES))
