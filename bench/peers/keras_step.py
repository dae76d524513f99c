"""Measures one training step and the inference rate of the 1D-CNN-BiLSTM in Keras 3 on TensorFlow, on one thread, and prints
one JSON line.

This is a peer for `npm run bench`. Two ways of training are timed, and the faster one counts: `train_on_batch`, and a
`tf.function` step with a GradientTape. For inference, `tf.function` is timed with and without XLA. (In training, XLA is far
slower: it took 1571 ms, while the others took 235.) `--unroll` unrolls the LSTMs, which is not Keras's default: tracing then
takes about a minute, and steps are about 1.25 times as fast. `--serve` keeps the process alive: each line on stdin measures
one round, so that peers can be interleaved.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ["KERAS_BACKEND"] = "tensorflow"

import argparse
import json
import statistics
import sys
import time

import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

import keras
from keras import layers


def build(time_steps: int, channels: int, classes: int, unroll: bool) -> keras.Model:
    return keras.Sequential([
        layers.Input((time_steps, channels)),
        layers.Conv1D(16, 2, activation="relu"),
        layers.BatchNormalization(momentum=0.9),
        layers.Dropout(0.1),
        layers.Conv1D(32, 2, activation="relu"),
        layers.BatchNormalization(momentum=0.9),
        layers.Dropout(0.2),
        layers.Bidirectional(layers.LSTM(64, return_sequences=True, unroll=unroll)),
        layers.BatchNormalization(momentum=0.9),
        layers.Dropout(0.2),
        layers.Bidirectional(layers.LSTM(32, return_sequences=True, unroll=unroll)),
        layers.BatchNormalization(momentum=0.9),
        layers.Dropout(0.2),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.BatchNormalization(momentum=0.9),
        layers.Dropout(0.5),
        layers.Dense(classes, activation="softmax"),
    ])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=15, help="timed steps in a round")
    parser.add_argument("--serve", action="store_true", help="a round for each line on stdin")
    parser.add_argument("--unroll", action="store_true", help="unrolled LSTMs")
    args = parser.parse_args()

    keras.utils.set_random_seed(42)
    model = build(200, 6, 11, args.unroll)
    optimizer = keras.optimizers.Adam(1e-3)
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=False)
    x = np.random.default_rng(0).standard_normal((args.batch, 200, 6)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 11, args.batch).astype(np.int32)
    x_tensor, labels_tensor = tf.constant(x), tf.constant(labels)
    optimizer.build(model.trainable_variables)

    @tf.function
    def graph_step(x, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, model(x, training=True)))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    ways = {
        "train_on_batch": lambda: model.train_on_batch(x, labels),
        "tf.function": lambda: graph_step(x_tensor, labels_tensor).numpy(),
    }

    def predict(jit_compile: bool):
        function = tf.function(lambda x: model(x, training=False), jit_compile=jit_compile)
        return lambda: function(x_tensor).numpy()

    inference_ways = {"tf.function": predict(False)}
    if not args.unroll:
        inference_ways["tf.function, XLA"] = predict(True)

    def timed(action) -> float:
        start = time.perf_counter()
        action()
        return time.perf_counter() - start

    def median(action) -> float:
        for _ in range(3):
            action()
        return statistics.median(timed(action) for _ in range(args.steps))

    def measure() -> None:
        training = {name: median(way) for name, way in ways.items()}
        best = min(training, key=training.get)
        inference = min(median(way) for way in inference_ways.values())
        print(json.dumps({
            "peer": "keras, unrolled" if args.unroll else "keras",
            "version": f"{keras.__version__} on TensorFlow {tf.__version__}",
            "threads": tf.config.threading.get_intra_op_parallelism_threads(),
            "batch": args.batch,
            "step_ms": round(training[best] * 1e3, 2),
            "step": best,
            "step_ms_by_way": {name: round(seconds * 1e3, 2) for name, seconds in training.items()},
            "inference_windows_per_s": round(args.batch / inference, 1),
        }), flush=True)

    if args.serve:
        for _ in sys.stdin:
            measure()
    else:
        measure()


if __name__ == "__main__":
    main()
