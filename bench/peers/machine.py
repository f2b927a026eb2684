"""Describes the machine and the build of a measurement, without paths of this machine."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

CPU_FOLDER = Path("/sys/devices/system/cpu")


def output_of(*command, cwd=None):
    """Returns the output of a command; empty if the program is missing or fails."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def text_of(path):
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def lscpu():
    pairs = (line.partition(":") for line in output_of("env", "LC_ALL=C", "lscpu").splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def cpu_model(facts):
    return facts.get("Model name") or platform.processor() or platform.machine()


def readable_id(model, cores, hypervisor):
    """Returns a name such as `amd-epyc-2-cores-kvm`."""
    model = re.sub(r"\((R|TM)\)|\bCPU\b|@.*|\b\d+-Core\b|\bProcessor\b", " ", model, flags=re.IGNORECASE)
    words = re.findall(r"[a-z0-9]+", f"{model} {cores} cores {hypervisor}".lower())
    return "-".join(words)


def machine_id():
    facts = lscpu()
    return readable_id(cpu_model(facts), os.cpu_count(), facts.get("Hypervisor vendor", ""))


def pick_cores(allowed, siblings_of=None):
    """Returns the first allowed core and the next that is not its hyperthread, or None without two such cores."""
    siblings_of = siblings_of or core_siblings
    cores = sorted(allowed)
    others = [core for core in cores[1:] if core not in siblings_of(cores[0])]
    return (cores[0], others[0]) if others else None


def core_siblings(core):
    siblings = set()
    for part in filter(None, text_of(CPU_FOLDER / f"cpu{core}/topology/thread_siblings_list").split(",")):
        first, _, last = part.partition("-")
        siblings |= set(range(int(first), int(last or first) + 1))
    return siblings


def cmake_cache(build):
    entries = re.findall(r"^(\w+):\w+=(.*)$", text_of(build / "CMakeCache.txt"), flags=re.MULTILINE)
    return dict(entries)


def compiler(build):
    cache = cmake_cache(build)
    program, kind = cache.get("CMAKE_CXX_COMPILER", ""), cache.get("CMAKE_BUILD_TYPE", "")
    version = output_of(program, "--version").splitlines() if program else []
    flags = f"{cache.get('CMAKE_CXX_FLAGS', '')} {cache.get(f'CMAKE_CXX_FLAGS_{kind.upper()}', '')}"
    return {"compiler": version[0] if version else "", "flags": flags.strip(), "build_type": kind}


def commit(source):
    return {"commit": output_of("git", "rev-parse", "HEAD", cwd=source),
            "changed_since": bool(output_of("git", "status", "--porcelain", "--untracked-files=no", cwd=source))}


def memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def describe(build, source):
    facts = lscpu()
    return {
        "cpu": cpu_model(facts),
        "cores": os.cpu_count(),
        "caches": {name[:-len(" cache")]: size for name, size in facts.items() if name.endswith(" cache")},
        "memory_bytes": memory_bytes(),
        "hypervisor": facts.get("Hypervisor vendor", ""),
        "governor": text_of(CPU_FOLDER / "cpu0/cpufreq/scaling_governor"),
        "huge_pages_for_shared_memory": text_of("/sys/kernel/mm/transparent_hugepage/shmem_enabled"),
        "kernel": f"{platform.system()} {platform.release()}",
        "system": output_of("sh", "-c", ". /etc/os-release && echo \"$PRETTY_NAME\""),
        "load_at_start": os.getloadavg()[0],
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        **compiler(build),
        **commit(source),
    }


class ProcessorTime:
    """Measures the share of CPU time that the hypervisor gave to other machines."""

    def __init__(self):
        self._before = self._ticks()

    @staticmethod
    def _ticks():
        words = text_of("/proc/stat").splitlines()[:1]
        return [int(word) for word in words[0].split()[1:9]] if words else []

    def stolen_share(self):
        passed = [now - before for now, before in zip(self._ticks(), self._before)]
        return passed[7] / sum(passed) if len(passed) > 7 and sum(passed) > 0 else None
