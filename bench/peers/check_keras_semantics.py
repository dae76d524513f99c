"""Checks that the PyTorch network behind test/fixtures/network matches Keras, with the same weights and without dropout:
compares losses, weights after three Adam steps (the third with class weights), moving statistics and inference. The trainable
weights of the Keras model are in the fixtures' order. Keras's BatchNormalization computes in float32 even under a float64
policy, which sets the tolerance. Needs keras and torch, and is run by hand."""

import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "torch"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test/fixtures/scripts"))

import keras
import network
import numpy as np
import torch

keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")


def keras_model(case: network.Case) -> keras.Model:
    layers = keras.layers
    filters, size, pool, units, flattens = case.layout
    norm = lambda name: layers.BatchNormalization(momentum=network.MOMENTUM, epsilon=network.EPSILON, name=name)
    lstm = lambda units, name: layers.Bidirectional(layers.LSTM(units, return_sequences=True), name=name)
    return keras.Sequential([
        layers.Input((case.T, case.C)),
        layers.Conv1D(filters[0], size, activation="relu", name="conv_1"), norm("norm_1"), layers.AveragePooling1D(pool),
        layers.Conv1D(filters[1], size, activation="relu", name="conv_2"), norm("norm_2"), layers.AveragePooling1D(pool),
        lstm(units[0], "lstm_1"), norm("norm_3"),
        lstm(units[1], "lstm_2"), norm("norm_4"),
        layers.Flatten() if flattens else layers.GlobalAveragePooling1D(),
        layers.Dense(32, activation="relu", name="dense_1"), norm("norm_5"),
        layers.Dense(case.K, name="dense_2"),
    ])


def check(name: str, ours, theirs, tolerance: float = 2e-5) -> None:
    error = float(np.max(np.abs(np.asarray(ours) - np.asarray(theirs))))
    print(f"{name:50s} {error:.2e}")
    if not error <= tolerance:
        sys.exit(f"{name}: differs by {error}")


def numbers(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def main() -> None:
    for kind in ("1dcnn-bilstm", "compact"):
        case = network.Case(kind, T=27, C=3, K=4, N=8)
        lcg = network.Lcg(12345)
        shapes = network.parameter_shapes(case)
        p = network.fill_parameters(shapes, lcg)
        statistics = network.initial_statistics(shapes)
        model = keras_model(case)
        for variable, name in zip(model.trainable_variables, shapes, strict=True):
            variable.assign(p[name].detach().numpy())
        model.compile(
            keras.optimizers.Adam(1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64"),
        )
        ours = network.Adam(p)
        for step in range(3):
            x, labels, _ = network.draw_step(case, lcg)
            class_weights = network.CLASS_WEIGHTS if step == 2 else None
            sample_weight = None if class_weights is None else np.array(class_weights)[labels.numpy()]
            model.reset_metrics()
            theirs = model.train_on_batch(x.numpy(), labels.numpy(), sample_weight=sample_weight)
            logits, statistics = network.forward(case, p, statistics, x)
            loss = network.loss_of(logits, labels, class_weights)
            check(f"{kind} step {step + 1} loss", loss.item(), numbers(theirs))
            ours.step(loss)
        for variable, name in zip(model.trainable_variables, shapes, strict=True):
            check(f"{kind} {name} after 3 steps", p[name].detach(), numbers(variable))
        for layer in model.layers:
            if layer.name.startswith("norm"):
                for key in ("moving_mean", "moving_variance"):
                    check(f"{kind} {layer.name}/{key}", statistics[f"{layer.name}/{key}"], numbers(getattr(layer, key)))
        with torch.no_grad():
            logits = network.forward(case, p, statistics, x, training=False)[0]
        check(f"{kind} inference", logits, numbers(model(x.numpy(), training=False)))


if __name__ == "__main__":
    main()
