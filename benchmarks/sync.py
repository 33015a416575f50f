"""What a sync costs: `make bench-sync`.

Imports beside a bare loop over the same requests and beside bugwarrior; polls that find nothing new beside the two
requests alone. Runs come in pairs, each in a process of its own, first the one and then the other first; what is
reported are medians, and of the ratios the median over the pairs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.records import EMAIL
from benchmarks.report import machine, publish, say, table
from benchmarks.scene import TOKEN, Scene, scene
from conformance.run import FailedError, python_of

PAIRS = {100: 9, 1_000: 7, 10_000: 3}
LATENCIES = (0, 50)
TARGETS = {0: 1.5, 50: 1.15}
POLL_TARGET = 3.0
# With a request for each issue's comments more would take minutes.
MOST_WITH_COMMENTS = {0: 10_000, 50: 1_000}
PEER = Path(__file__).with_name("peer_bugwarrior.py")


def main() -> None:
    """Measure, print, and write the page's section."""
    imports: list[list[str]] = []
    memory: list[list[str]] = []
    peers: list[list[str]] = []
    polls: list[list[str]] = []
    peer = _peer()
    for issues in PAIRS:
        with scene(issues) as stage:
            for latency in LATENCIES:
                stage.set_latency(latency)
                bare, ours = _pairs(stage, latency)
                imports.append(_import_line(issues, latency, bare, ours))
                if latency == 0:
                    memory.append(_memory_line(issues, bare, ours))
                if peer is not None:
                    peers += _peer_lines(stage, latency, peer, _median(ours, "wall"))
            stage.set_latency(0)
            if issues < max(PAIRS):
                polls.append(_poll_line(stage))
    publish("bench-sync", _section(imports, memory, peers, polls))


def _pairs(stage: Scene, latency: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The bare loop and the import, as often as the size asks for."""
    bare: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    for number in range(PAIRS[stage.issues]):
        home = stage.home()
        for step in ("bare", "import") if number % 2 else ("import", "bare"):
            found = stage.run(home, "benchmarks.inside", step)
            if found["issues"] != stage.issues:
                raise RuntimeError(f"{step}: {found['issues']} issues of {stage.issues}")
            (ours if step == "import" else bare).append(found)
        stage.forget(home)
        say(
            f"{stage.issues} issues, {latency} ms: bare {bare[-1]['wall']:.3f} s, ours {ours[-1]['wall']:.3f} s"
        )
    return bare, ours


def _import_line(
    issues: int, latency: int, bare: list[dict[str, Any]], ours: list[dict[str, Any]]
) -> list[str]:
    ratio = statistics.median(one["wall"] / other["wall"] for one, other in zip(ours, bare, strict=True))
    return [
        f"{issues:,}",
        f"{latency} ms",
        _seconds(_median(bare, "wall")),
        _seconds(_median(ours, "wall")),
        f"{ratio:.2f}",
        f"{TARGETS[latency]:.2f}",
        f"{ours[0]['requests']:.0f}",
        f"{_median(bare, 'cpu') / issues * 1000:.3f}",
        f"{_median(ours, 'cpu') / issues * 1000:.3f}",
    ]


def _memory_line(issues: int, bare: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[str]:
    names = [(ours, "peak_mb"), (ours, "grown_mb"), (bare, "grown_mb")]
    return [f"{issues:,}", *(f"{_median(which, name):.1f} MB" for which, name in names)]


def _poll_line(stage: Scene) -> list[str]:
    home = stage.home()
    stage.run(home, "benchmarks.inside", "import")
    found = stage.run(home, "benchmarks.inside", "polls")
    say(f"unchanged poll of {stage.issues} issues: {found['ratio']:.2f} times the bare requests' CPU")
    return [
        f"{stage.issues:,}",
        f"{found['bare_ms']:.2f} ms",
        f"{found['ours_ms']:.2f} ms",
        f"{found['ratio']:.2f}",
        f"{POLL_TARGET:.2f}",
        f"{found['ours_wall_ms']:.2f} ms",
        f"{found['polls']}",
    ]


def _peer() -> Path | None:
    """The interpreter that has bugwarrior; None, said, where it cannot be installed."""
    try:
        return python_of("bugwarrior")
    except (FailedError, OSError, subprocess.SubprocessError) as why:
        say(f"without bugwarrior, which could not be installed: {str(why)[:200]}")
        return None


def _peer_lines(stage: Scene, latency: int, python: Path, ours: float) -> Iterator[list[str]]:
    for version, words in (("5", "with comments"), ("4", "without comments")):
        if version == "5" and stage.issues > MOST_WITH_COMMENTS[latency]:
            continue
        command = [str(python), str(PEER), stage.url, EMAIL, TOKEN, version]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own command
        found = json.loads(done.stdout.splitlines()[-1])
        say(f"{stage.issues} issues, {latency} ms: bugwarrior {words} {found['wall']:.2f} s")
        yield [
            f"{stage.issues:,}",
            f"{latency} ms",
            words,
            f"{found['requests']}",
            _seconds(found["wall"]),
            _seconds(ours),
            f"{found['wall'] / ours:.1f}",
        ]


def _section(
    imports: list[list[str]], memory: list[list[str]], peers: list[list[str]], polls: list[list[str]]
) -> str:
    head = ["issues", "latency", "bare loop", "import", "ratio", "target", "requests"]
    parts = [
        f"Measured {machine()}",
        "### Import, everything committed",
        table([*head, "CPU ms an issue, bare", "CPU ms an issue, import"], imports),
        "### Memory of an import, no latency",
        table(["issues", "most held by the process", "more than before it", "of the bare loop"], memory),
        "### A poll that finds nothing new",
        table(
            ["issues", "bare requests, CPU", "poll, CPU", "ratio", "target", "poll, wall", "polls"],
            polls,
        ),
    ]
    if peers:
        peer_head = [
            "issues",
            "latency",
            "bugwarrior 2.1.0",
            "its requests",
            "its fetch",
            "our import",
            "times",
        ]
        parts += ["### Beside bugwarrior, fetch alone, one run each", table(peer_head, peers)]
    return "\n\n".join(parts)


def _median(found: list[dict[str, Any]], name: str) -> float:
    return float(statistics.median(each[name] for each in found))


def _seconds(value: float) -> str:
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s"


if __name__ == "__main__":
    main()
