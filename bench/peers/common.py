"""What the Python programs share: their command line, the data, the clock and the JSON line that they print."""

import argparse
import json
import time

import numpy as np


def parse_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--units", type=int, default=256)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--timesteps", type=int, default=28)
    parser.add_argument("--features", type=int, default=28)
    parser.add_argument("--steps", type=int, default=100, help="training steps per repetition")
    parser.add_argument("--repetitions", type=int, default=2, help="repetitions that are timed")
    parser.add_argument("--warmup", type=int, default=1, help="repetitions before them that are not")
    parser.add_argument("--activation", choices=["relu", "tanh"], default="relu")
    parser.add_argument("--images", help="IDX file of images, uint8 [N, timesteps, features]; default: generated")
    parser.add_argument("--labels", help="IDX file of labels, uint8 [N]")
    return parser.parse_args()


def load_data(arguments):
    """x: float32 [N, timesteps, features] in 0..1; labels: int32 [N] in 0..9, with N = steps * batch."""
    count = arguments.steps * arguments.batch
    shape = (arguments.timesteps, arguments.features)
    if arguments.images is not None:
        pixels = np.fromfile(arguments.images, np.uint8, offset=16).reshape(-1, *shape)
        labels = np.fromfile(arguments.labels, np.uint8, offset=8)
        if len(pixels) < count:
            raise SystemExit(f"{arguments.images} has {len(pixels)} images, and {count} are needed")
    else:
        generator = np.random.default_rng(1)
        pixels = generator.integers(0, 256, (count, *shape), np.uint8)
        pixels *= generator.random(pixels.shape) < 0.2  # as sparse as MNIST
        labels = generator.integers(0, 10, count, np.uint8)
    return pixels[:count].astype(np.float32) / 255, labels[:count].astype(np.int32)


def measure(arguments, repetition, versions):
    """Runs `repetition`, which trains `steps` steps and returns the mean loss, and prints the result as one JSON line."""
    seconds = []
    for index in range(arguments.warmup + arguments.repetitions):
        started = time.perf_counter()
        loss = repetition()
        if index >= arguments.warmup:
            seconds.append(time.perf_counter() - started)
    result = {
        "seconds": seconds,
        "stepsPerRepetition": arguments.steps,
        "loss": float(loss),
        "peakMemoryBytes": peak_memory(),
        "versions": versions,
    }
    print(json.dumps(result))


def peak_memory():
    """Peak resident memory of this process in bytes, or None where /proc is missing.

    Not getrusage: its maximum starts with what the parent had at the fork.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
