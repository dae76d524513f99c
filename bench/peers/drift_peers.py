"""Runs published drift detectors on the raw batches of the drift benchmark.

    python3 -m venv .venv-drift
    .venv-drift/bin/pip install nannyml evidently river "pandas<3"
    # Evidently 0.7 cannot be imported with pandas 3.
    TIDEMARK_DRIFT_PYTHON=.venv-drift/bin/python npm run bench -- --only drift --parts peers

    python drift_peers.py PEER DIRECTORY

Reads training.npy and batches.npy [rows, channels] and request.json: {"batch_rows", "past", "channels", "streams",
"healthy"}, where each stream is a list of [first row, row after the last] per batch, and "healthy" gives, per stream, whether
it has no fault. Prints one line of JSON: {"version", "judges": {name: streams of alarms}}. An alarm is true, false, or null for
a batch that is not judged. Each detector is used as its documentation shows, with its defaults. The reference is the training
data, or the stream's own first batches ("past").
"""

import json
import os
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["DO_NOT_TRACK"] = "1"
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

# Evidently's documentation recommends sampling for large data.
MOST_ROWS = 10_000


def nannyml(training, batch, request):
    """Detects univariate drift by Jensen-Shannon distance; a chunk raises an alarm if any column does."""
    import nannyml as nml

    columns, size, past = request["channels"], request["batch_rows"], request["past"]

    def fitted(reference):
        calculator = nml.UnivariateDriftCalculator(column_names=columns, chunk_size=size)
        return calculator.fit(reference)

    def alarms(calculator, ranges):
        if all(to - start == size for start, to in ranges):
            parts = [pd.concat([batch(own) for own in ranges], ignore_index=True)]
        else:
            parts = [batch(own) for own in ranges]
        found = []
        for part in parts:
            result = calculator.calculate(part).filter(period="analysis").to_df()
            alerts = [result[(column, "jensen_shannon", "alert")].to_numpy(dtype=bool) for column in columns]
            found.extend(bool(alert) for alert in np.any(alerts, axis=0))
        return found

    general = fitted(training)
    own = {}

    def of_past(ranges):
        key = json.dumps(ranges[:past])
        if key not in own:
            own[key] = fitted(pd.concat([batch(one) for one in ranges[:past]], ignore_index=True))
        return own[key]

    return {
        "NannyML, training data": [alarms(general, ranges) for ranges in request["streams"]],
        "NannyML, own past": [
            [None] * past + alarms(of_past(ranges), ranges[past:]) for ranges in request["streams"]
        ],
    }


def evidently(training, batch, request):
    """Detects dataset drift, that is, drift in at least half of the columns."""
    from evidently import Report
    from evidently.metrics import DriftedColumnsCount

    past = request["past"]
    report = Report([DriftedColumnsCount()])

    def sample(rows):
        return rows.sample(min(MOST_ROWS, len(rows)), random_state=1)

    def alarm(reference, own):
        value = report.run(batch(own), reference).dict()["metrics"][0]["value"]
        return bool(value["share"] >= 0.5)

    general = sample(training)

    def watch(ranges, healthy, reference, unjudged):
        """Judges no batches after the first alarm of a stream with a fault, because only its first alarm matters."""
        alarms = [None] * unjudged
        for own in ranges[unjudged:]:
            if not healthy and True in alarms:
                alarms.append(None)
            else:
                alarms.append(alarm(reference, own))
        return alarms

    def of_past(ranges):
        return sample(pd.concat([batch(one) for one in ranges[:past]], ignore_index=True))

    streams = list(zip(request["streams"], request["healthy"], strict=True))
    return {
        "Evidently, training data": [watch(ranges, healthy, general, 0) for ranges, healthy in streams],
        "Evidently, own past": [watch(ranges, healthy, of_past(ranges), past) for ranges, healthy in streams],
    }


def river(training, batch, request):
    """Runs ADWIN on each channel, with every sample or with the mean of each batch as input; an alarm in any channel counts."""
    from river import drift

    def watch(ranges, values_of):
        detectors = [drift.ADWIN() for _ in request["channels"]]
        alarms = []
        for own in ranges:
            found = False
            for detector, values in zip(detectors, values_of(batch(own)), strict=True):
                for value in values:
                    detector.update(value)
                    found = found or detector.drift_detected
            alarms.append(bool(found))
        return alarms

    def samples(rows):
        return [rows[name].tolist() for name in request["channels"]]

    def means(rows):
        return [[float(rows[name].mean())] for name in request["channels"]]

    return {
        "river ADWIN, samples": [watch(ranges, samples) for ranges in request["streams"]],
        "river ADWIN, batch means": [watch(ranges, means) for ranges in request["streams"]],
    }


def main(peer, directory):
    directory = Path(directory)
    request = json.loads((directory / "request.json").read_text())
    columns = request["channels"]
    training = pd.DataFrame(np.load(directory / "training.npy"), columns=columns)
    rows = np.load(directory / "batches.npy", mmap_mode="r")

    def batch(own):
        return pd.DataFrame(np.asarray(rows[own[0] : own[1]]), columns=columns)

    judges = {"nannyml": nannyml, "evidently": evidently, "river": river}[peer](training, batch, request)
    print(json.dumps({"version": version(peer), "judges": judges}))


if __name__ == "__main__":
    main(*sys.argv[1:])
