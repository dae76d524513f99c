"""Measures one training step and the inference rate of the 1D-CNN-BiLSTM in PyTorch, on one thread, and prints one JSON line.

This is a peer for `npm run bench`. The network has Keras's semantics (valid convolutions, ReLU before the batch norm) and the
499,131 weights of Tidemark's `1dcnn-bilstm` for 200 x 6 windows and 11 classes, running statistics included (nn.LSTM adds a
second bias: +768). `--serve` keeps the process alive: each line on stdin measures one round, so that peers can be interleaved.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

import argparse
import json
import statistics
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(42)


class Network(nn.Module):
    def __init__(self, time_steps: int, channels: int, classes: int):
        super().__init__()
        self.conv_1 = nn.Conv1d(channels, 16, 2)
        self.norm_1 = nn.BatchNorm1d(16, eps=1e-3)
        self.conv_2 = nn.Conv1d(16, 32, 2)
        self.norm_2 = nn.BatchNorm1d(32, eps=1e-3)
        self.lstm_1 = nn.LSTM(32, 64, bidirectional=True)
        self.norm_3 = nn.BatchNorm1d(128, eps=1e-3)
        self.lstm_2 = nn.LSTM(128, 32, bidirectional=True)
        self.norm_4 = nn.BatchNorm1d(64, eps=1e-3)
        self.dense_1 = nn.Linear((time_steps - 2) * 64, 32)
        self.norm_5 = nn.BatchNorm1d(32, eps=1e-3)
        self.dense_2 = nn.Linear(32, classes)
        self.drop = nn.ModuleList(nn.Dropout(rate) for rate in (0.1, 0.2, 0.2, 0.2, 0.5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[B, T, C] -> logits [B, K]. The LSTMs run time-major, [T, B, C], and their batch norms use [T*B, C]:
        these are the fastest layouts of those that were tried."""
        x = x.transpose(1, 2)
        x = self.drop[0](self.norm_1(torch.relu(self.conv_1(x))))
        x = self.drop[1](self.norm_2(torch.relu(self.conv_2(x))))
        x = x.permute(2, 0, 1).contiguous()
        steps, batch, _ = x.shape
        x = self.lstm_1(x)[0]
        x = self.drop[2](self.norm_3(x.view(steps * batch, -1))).view(steps, batch, -1)
        x = self.lstm_2(x)[0]
        x = self.drop[3](self.norm_4(x.view(steps * batch, -1))).view(steps, batch, -1)
        x = x.transpose(0, 1).reshape(batch, -1)
        x = self.drop[4](self.norm_5(torch.relu(self.dense_1(x))))
        return self.dense_2(x)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=15, help="timed steps in a round")
    parser.add_argument("--serve", action="store_true", help="a round for each line on stdin")
    parser.add_argument("--compile", action="store_true", help="torch.compile (needs a C++ compiler)")
    args = parser.parse_args()

    network = Network(200, 6, 11)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7, foreach=True)
    x = torch.randn(args.batch, 200, 6)
    labels = torch.randint(0, 11, (args.batch,))
    model = torch.compile(network) if args.compile else network

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(x), labels).backward()
        optimizer.step()

    def timed(action) -> float:
        start = time.perf_counter()
        action()
        return time.perf_counter() - start

    def measure() -> None:
        network.train()
        for _ in range(3):
            step()
        training = statistics.median(timed(step) for _ in range(args.steps))
        network.eval()
        with torch.inference_mode():
            probabilities = lambda: torch.softmax(model(x), 1)
            for _ in range(2):
                probabilities()
            inference = statistics.median(timed(probabilities) for _ in range(args.steps))
        print(json.dumps({
            "peer": "pytorch",
            "version": torch.__version__,
            "threads": torch.get_num_threads(),
            "batch": args.batch,
            "step_ms": round(training * 1e3, 2),
            "inference_windows_per_s": round(args.batch / inference, 1),
        }), flush=True)

    if args.serve:
        for _ in sys.stdin:
            measure()
    else:
        measure()


if __name__ == "__main__":
    main()
