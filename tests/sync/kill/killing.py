"""Killing a worker each time it comes to a moment, and then the one that makes up for it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from ekachit.sync.checkpoints import Checkpoint
from tests.sync.kill.scene import Scene
from tests.sync.kill.worker_farm import ENDED, KILLED, WorkerFarm

SENDING = frozenset({Checkpoint.BEFORE_POST, Checkpoint.AFTER_POST})
OF_A_PASS = frozenset(Checkpoint) - SENDING
OF_SENDING = SENDING | {Checkpoint.BEFORE_REQUEST, Checkpoint.AFTER_REQUEST, Checkpoint.IN_APPLY}
MakeScene = Callable[[str], Scene]


def killed_at(point: Checkpoint, make: MakeScene, farm: WorkerFarm) -> int:
    """Kill at the first, second ... time the moment comes, each in a new scene, until a run comes through unharmed.

    The first time, the worker that makes up for it is killed there too. Returns how often the moment came.
    """
    for time in count(1):
        scene = make(f"ada{time}")
        known = scene.task_ids()
        ended = farm.run(scene.sandbox, point, time)
        if ended == ENDED:
            scene.sound(known)
            scene.converged()
            return time - 1
        assert ended == KILLED
        known = scene.sound(known)
        scene.wake()
        if time == 1:
            assert farm.run(scene.sandbox, point) == KILLED, "the recovery comes there too"
            known = scene.sound(known)
            scene.wake()
        assert farm.run(scene.sandbox) == ENDED
        scene.sound(known)
        scene.converged()
        scene.end()
    raise AssertionError("count never ends")
