"""Runs published classifiers on the windows and folds of the quality benchmark.

    python3 -m venv .venv && .venv/bin/pip install scikit-learn aeon
    TIDEMARK_QUALITY_PYTHON=.venv/bin/python npx node bench/quality.ts --set uci-har

    python quality_peers.py PEER --versions
    python quality_peers.py PEER DIRECTORY PART SEED

Reads windows.f32 (float32 [windows, window_size, channels], physical units) and task.json (see bench/quality-task.ts) in
DIRECTORY, learns from the windows that PART trains on, and prints the predicted classes of those that it tests, as one line of JSON.

random-forest, gradient-boosting: scikit-learn on 13 simple features of each signal. The signals are the channels, and the
magnitude of each sensor's vector. FEATURES lists the features.
aeon-minirocket: aeon's MiniRocketClassifier with its defaults: 9,996 features, scaled, and RidgeClassifierCV.
"""

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

PACKAGES = {
    "random-forest": ["numpy", "scikit-learn"],
    "gradient-boosting": ["numpy", "scikit-learn"],
    "aeon-minirocket": ["numpy", "scikit-learn", "aeon", "numba"],
}

FEATURES = [
    "mean",
    "standard deviation",
    "minimum",
    "maximum",
    "median",
    "first quartile",
    "third quartile",
    "skewness",
    "kurtosis",
    "mean absolute difference between neighbouring samples",
    "share of samples at which the signal crosses its mean",
    "dominant frequency",
    "spectral entropy",
]


def simple_features(windows, sensors, rate):
    """[W, T, C] -> [W, 13 * signals]."""
    lengths = [np.linalg.norm(windows[:, :, axes], axis=2) for axes in sensors]
    signals = np.stack([*np.moveaxis(windows, 2, 0), *lengths], axis=1).astype(np.float64)
    mean = signals.mean(axis=2, keepdims=True)
    centred = signals - mean
    deviation = signals.std(axis=2)
    safe = np.where(deviation > 0, deviation, 1)
    standard = centred / safe[:, :, None]
    crossings = np.diff(np.signbit(centred).astype(np.int8), axis=2) != 0
    power = np.abs(np.fft.rfft(centred, axis=2))[:, :, 1:] ** 2
    total = power.sum(axis=2, keepdims=True)
    shares = power / np.where(total > 0, total, 1)
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=2)
    dominant = (np.argmax(power, axis=2) + 1) * rate / signals.shape[2]
    features = [
        mean[:, :, 0],
        deviation,
        signals.min(axis=2),
        signals.max(axis=2),
        *np.percentile(signals, [50, 25, 75], axis=2),
        (standard**3).mean(axis=2),
        (standard**4).mean(axis=2),
        np.abs(np.diff(signals, axis=2)).mean(axis=2),
        crossings.mean(axis=2),
        dominant,
        entropy,
    ]
    assert len(features) == len(FEATURES)
    return np.concatenate(features, axis=1)


def classifier(peer, seed):
    if peer == "random-forest":
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(n_estimators=150, random_state=seed)
    if peer == "gradient-boosting":
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(random_state=seed)
    from aeon.classification.convolution_based import MiniRocketClassifier

    return MiniRocketClassifier(random_state=seed)


def main():
    peer = sys.argv[1]
    if sys.argv[2] == "--versions":
        print(json.dumps({name: version(name) for name in PACKAGES[peer]}))
        return
    directory, part_name, seed = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    task = json.loads((directory / "task.json").read_text())
    shape = (task["windows"], task["window_size"], len(task["channels"]))
    windows = np.fromfile(directory / "windows.f32", dtype="<f4").reshape(shape)
    labels = np.array(task["labels"])
    part = next(part for part in task["parts"] if part["name"] == part_name)
    if peer == "aeon-minirocket":
        # aeon expects [windows, channels, time].
        inputs = np.ascontiguousarray(np.moveaxis(windows, 2, 1))
    else:
        inputs = simple_features(windows, task["sensors"], task["sampling_rate_hz"])
    model = classifier(peer, seed)
    model.fit(inputs[part["train"]], labels[part["train"]])
    print(json.dumps([int(k) for k in model.predict(inputs[part["test"]])]))


main()
