"""Compares feature sets for the linear layer of `minirocket`, each with the same number of kernel features.

    TIDEMARK_QUALITY_PYTHON=.venv/bin/python npx node bench/quality.ts --set uci-har --seed 1 --column random-forest
    .venv/bin/python bench/peers/rocket_features.py .cache/quality/windows-*

Reads the windows and folds that the first command exports (see quality_peers.py). As in `minirocket`, ridge regression learns
from each window and a rotated copy of it, but with one penalty instead of a search and with fewer features, so that comparing
all feature sets takes only minutes. Channels are scaled and biases are drawn on all windows, without their labels. Prints the
mean macro-F1 over folds.

differences: half of the kernels on the differences between neighbouring samples.
positive means: half of the biases, and for each the mean excess of the kernel's output over it (as in MultiRocket; Tan et al.
2022).
magnitudes: the magnitude of each sensor's vector as an additional channel.
half magnitudes: the same, but every second kernel or group of kernels uses only the recorded channels.
own scale: half of the kernels on channels that are standardised within each window.
summary: 10 statistics of each channel and magnitude, and their correlations, in addition to the kernels.
hydra: half of the features from competing random kernels (Dempster et al. 2023).
"""

import argparse
import json
from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import f1_score

PLACES = list(combinations(range(9), 3))
PENALTY = 300
ROTATION = np.deg2rad(40)
GOLDEN = (np.sqrt(5) + 1) / 2
COMPETING = 8
WINDOWS_PER_RUN = 32


def rotated(windows, sensors, rng):
    """Returns [N, T, C]: each window is rotated about a random axis, in the same way for all sensors."""
    axes = rng.normal(size=(len(windows), 3))
    x, y, z = (axes / np.linalg.norm(axes, axis=1, keepdims=True)).T
    zero = np.zeros(len(windows))
    cross = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    angle = (ROTATION * rng.normal(size=len(windows)))[:, None, None]
    turns = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    turned = windows.copy()
    for sensor in sensors:
        turned[:, :, sensor] = windows[:, :, sensor] @ turns.transpose(0, 2, 1)
    return turned


def with_magnitudes(windows, sensors):
    magnitudes = [np.linalg.norm(windows[:, :, axes], axis=2, keepdims=True) for axes in sensors]
    return np.concatenate([windows, *magnitudes], axis=2)


def own_scale(windows):
    deviation = windows.std(axis=1, keepdims=True)
    return (windows - windows.mean(axis=1, keepdims=True)) / (deviation + 1e-3)


def summary(windows, sensors):
    signals = with_magnitudes(windows, sensors).astype(np.float64)
    mean, deviation = signals.mean(axis=1), signals.std(axis=1)
    centred = (signals - mean[:, None]) / (deviation[:, None] + 1e-6)
    correlations = np.einsum("ntc,ntd->ncd", centred, centred) / signals.shape[1]
    change = np.abs(np.diff(signals, axis=1)).mean(axis=1)
    quantiles = np.percentile(signals, [5, 25, 50, 75, 95], axis=1)
    pairs = np.triu_indices(signals.shape[2], 1)
    logs = [np.log(deviation + 1e-4), np.log(change + 1e-4)]
    return np.concatenate([mean, deviation, change, *quantiles, *logs, correlations[:, *pairs]], axis=1)


def convolved(windows, weights, dilation):
    """Maps [N, T, C] and [9, C, K] to [N, T, K], with zero padding."""
    steps, reach = windows.shape[1], 4 * dilation
    padded = np.pad(windows, ((0, 0), (reach, reach), (0, 0)))
    taps = [padded[:, i * dilation : i * dilation + steps] for i in range(9)]
    return np.concatenate(taps, axis=2) @ weights.reshape(-1, weights.shape[2])


def drawn_channels(channels, kernels, rng, recorded=None):
    """
    Returns [C, K] of 0 and 1; small subsets are as frequent as large ones, as in aeon. If `recorded` is given, every second
    column uses only that many channels.
    """
    seen = np.zeros((channels, kernels), np.float32)
    for k in range(kernels):
        used = channels if recorded is None or k % 2 == 1 else recorded
        count = int(2 ** (rng.uniform() * np.log2(min(used, 9) + 1)))
        seen[rng.permutation(used)[:count], k] = 1
    return seen


def minirocket(prepare, windows, features, rng, positive_means=False, recorded=None):
    """Returns a function from windows to about `features` features: shares of positive values and, optionally, their means."""
    prepared = prepare(windows)
    _, steps, channels = prepared.shape
    spread = np.trunc(2 ** np.linspace(0, np.log2((steps - 1) / 8), 32)).astype(int)
    dilations, counts = np.unique(spread, return_counts=True)
    places = np.array([[2 if i in own else -1 for own in PLACES] for i in range(9)], np.float32)
    per_kernel = round(features / len(PLACES) / (2 if positive_means else 1))
    ends = np.round(np.cumsum(counts) * per_kernel / 32).astype(int)
    first, groups = 1, []
    for number, (dilation, biases) in enumerate(zip(dilations, np.diff(ends, prepend=0))):
        weights = places[:, None] * drawn_channels(channels, len(PLACES), rng, recorded)
        levels = (first + np.arange(len(PLACES) * biases)).reshape(len(PLACES), biases) * GOLDEN % 1
        first += levels.size
        chosen = prepared[rng.integers(len(prepared), size=len(PLACES))]
        outputs = convolved(chosen, weights, dilation)
        limits = [np.quantile(outputs[k, :, k], own) for k, own in enumerate(levels)]
        groups.append((dilation, weights, np.array(limits, np.float32).T, np.arange(len(PLACES)) % 2 == number % 2))

    def transform(part):
        columns = []
        for dilation, weights, limits, pads in groups:
            output, reach = convolved(part, weights, dilation), 4 * dilation
            for own, kernels in ((output, pads), (output[:, reach : steps - reach], ~pads)):
                for limit in limits:
                    excess = own[:, :, kernels] - limit[kernels]
                    share = (excess > 0).mean(axis=1)
                    columns.append(share)
                    if positive_means:
                        columns.append(np.maximum(excess, 0).mean(axis=1) / np.maximum(share, 1 / steps))
        return np.concatenate(columns, axis=1)

    return lambda some: by_run(transform, prepare(some))


def hydra(prepare, windows, features, rng, recorded=None):
    """
    Returns a function from windows to about `features` features, two for each kernel: the square root of the sum of its outputs
    where they are the largest in the kernel's group, and the square root of the number of samples at which its output is the
    smallest.
    """
    _, steps, channels = prepare(windows[:1]).shape
    dilations = 2 ** np.arange(int(np.log2((steps - 1) / 8)) + 1)
    groups = max(1, round(features / (2 * COMPETING * len(dilations))))
    kernels = rng.normal(size=(len(dilations), 9, 1, groups * COMPETING)).astype(np.float32)
    kernels -= kernels.mean(axis=1, keepdims=True)
    kernels /= np.abs(kernels).sum(axis=1, keepdims=True)
    seen = [np.repeat(drawn_channels(channels, groups, rng, recorded), COMPETING, axis=1) for _ in dilations]

    def transform(part):
        columns = []
        for dilation, own, channels_of in zip(dilations, kernels, seen):
            output = convolved(part, own * channels_of, dilation).reshape(len(part), steps, groups, COMPETING)
            largest = output == output.max(axis=3, keepdims=True)
            least = output == output.min(axis=3, keepdims=True)
            columns += [np.maximum(output * largest, 0).sum(axis=1), least.sum(axis=1)]
        return np.sqrt(np.concatenate([column.reshape(len(part), -1) for column in columns], axis=1))

    return lambda some: by_run(transform, prepare(some))


def by_run(transform, windows):
    runs = range(0, len(windows), WINDOWS_PER_RUN)
    return np.concatenate([transform(windows[at : at + WINDOWS_PER_RUN]).astype(np.float32) for at in runs])


def feature_sets(windows, sensors, features, seed):
    """Returns functions from windows in physical units to features, by name; the first is the one that `minirocket` uses."""

    def scaled(change):
        changed = change(windows)
        centre, scale = changed.mean(axis=(0, 1)), changed.std(axis=(0, 1))
        return lambda some: ((change(some) - centre) / scale).astype(np.float32)

    def kernels(prepare, share=1.0, **options):
        return minirocket(prepare, windows, features * share, np.random.default_rng(seed), **options)

    def together(*functions):
        return lambda some: np.concatenate([function(some) for function in functions], axis=1)

    plain = scaled(lambda some: some)
    longer = scaled(lambda some: with_magnitudes(some, sensors))
    channels = windows.shape[2]

    def with_hydra(prepare, **options):
        own = hydra(prepare, windows, features / 2, np.random.default_rng(seed), **options)
        return together(kernels(prepare, 0.5, **options), own)

    extra = lambda some: summary(some, sensors)
    competing = hydra(plain, windows, features / 2, np.random.default_rng(seed))
    half = kernels(plain, 0.5)
    return {
        "minirocket": kernels(plain),
        "differences": together(half, kernels(scaled(lambda some: np.diff(some, axis=1)), 0.5)),
        "positive means": kernels(plain, positive_means=True),
        "magnitudes": kernels(longer),
        "own scale": together(half, kernels(scaled(own_scale), 0.5)),
        "summary": together(kernels(plain), extra),
        "hydra": together(half, competing),
        "hydra, magnitudes": with_hydra(longer),
        "hydra, half magnitudes": with_hydra(longer, recorded=channels),
        "hydra, summary": together(half, competing, extra),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--features", type=int, default=2000, help="approximate number of kernel features")
    parser.add_argument("--only", help="names of the sets of features, separated by semicolons")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    task = json.loads((options.folder / "task.json").read_text())
    shape = (task["windows"], task["window_size"], len(task["channels"]))
    windows = np.fromfile(options.folder / "windows.f32", dtype="<f4").reshape(shape)
    labels, sensors = np.array(task["labels"]), task["sensors"]
    turned = rotated(windows, sensors, np.random.default_rng(options.seed))
    targets = np.where(labels[:, None] == np.arange(len(task["classes"])), 1, -1)
    sets = feature_sets(windows, sensors, options.features, options.seed)
    for name in sets if options.only is None else options.only.split(";"):
        transform = sets[name]
        values, copies = transform(windows).astype(np.float32), transform(turned).astype(np.float32)
        centre, scale = values.mean(axis=0), values.std(axis=0)
        scale[scale == 0] = 1
        values, copies = (values - centre) / scale, (copies - centre) / scale
        scores = []
        for part in task["parts"]:
            train, test = part["train"], part["test"]
            inputs = np.concatenate([values[train], copies[train]])
            model = Ridge(alpha=PENALTY, solver="cholesky").fit(inputs, np.tile(targets[train], (2, 1)))
            found = model.predict(values[test]).argmax(axis=1)
            scores.append(f1_score(labels[test], found, average="macro"))
        figures = f"macro-F1 {np.mean(scores):.3f} ± {np.std(scores, ddof=1):.3f}"
        print(f"{name}: {values.shape[1]} features, {figures}", flush=True)


main()
