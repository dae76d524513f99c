// Tests that initial weights have Keras's distributions, and depend only on the seed and the parameter's name.

import { describe, expect, it } from "vitest";
import { initialValues } from "../../../src/learning/networks/initializers.ts";
import {
  describeNetworkParameters,
  drawNetworkParameters,
  type ParameterSpec,
} from "../../../src/learning/networks/parameters.ts";
import { presetNetwork } from "../../../src/learning/networks/presets.ts";
import { Rng } from "../../../src/random.ts";

describe("glorot-uniform", () => {
  // The limit in Keras 3 is sqrt(6 / (fan in + fan out)); for a convolution, both fans are multiplied by the kernel's size.
  it.each([
    ["a dense kernel", [64, 32], 0.25],
    ["an LSTM's kernel", [32, 256], Math.sqrt(1 / 48)],
    ["a convolution's kernel", [5, 6, 24], 0.2],
  ])("%s fills [-limit, limit] evenly", (_, shape, limit) => {
    const values = initialValues("glorot-uniform", shape, Rng.fromSeed(1));
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    expect(values).toHaveLength(size);
    const sorted = Float64Array.from(values).sort();
    expect(sorted[0]).toBeGreaterThanOrEqual(-limit * (1 + 1e-7));
    expect(sorted[size - 1]).toBeLessThanOrEqual(limit * (1 + 1e-7));
    // The Kolmogorov distance from the uniform distribution exceeds 1.95 / sqrt(n) for one seed in a thousand.
    const distance = sorted.reduce((largest, value, i) => {
      const share = (value / limit + 1) / 2;
      return Math.max(largest, Math.abs(share - i / size), Math.abs(share - (i + 1) / size));
    }, 0);
    expect(distance).toBeLessThan(1.95 / Math.sqrt(size));
  });
});

describe("orthogonal", () => {
  it.each([
    [1, 4],
    [32, 128],
    [48, 192],
    [8, 8],
  ])("%i rows of %i columns have length one and stand at right angles", (rows, columns) => {
    const values = initialValues("orthogonal", [rows, columns], Rng.fromSeed(2));
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0;
        for (let k = 0; k < columns; k++) product += values[i * columns + k]! * values[j * columns + k]!;
        expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
      }
    }
  });

  it("has no preferred direction: entries are equally large in every column", () => {
    const values = initialValues("orthogonal", [64, 256], Rng.fromSeed(3));
    const quarter = (q: number) => {
      const entries = values.filter((_, i) => Math.floor((i % 256) / 64) === q);
      return entries.reduce((sum, value) => sum + value * value, 0) / 64;
    };
    for (const q of [0, 1, 2, 3]) expect(quarter(q)).toBeCloseTo(0.25, 1);
    expect(values.reduce((sum, value) => sum + value, 0) / 64).toBeCloseTo(0, 0);
  });

  it("is rejected if there are more rows than columns", () => {
    const build = () => initialValues("orthogonal", [5, 4], Rng.fromSeed(1));
    expect(build).toThrow("orthogonal: expected rows <= columns, got 5 x 4");
  });
});

describe("biases and scales", () => {
  it("are zeros and ones, with ones for an LSTM's forget gate, the second of four", () => {
    const rng = Rng.fromSeed(1);
    expect([...initialValues("zeros", [3], rng)]).toEqual([0, 0, 0]);
    expect([...initialValues("ones", [3], rng)]).toEqual([1, 1, 1]);
    expect([...initialValues("forget-gate-ones", [8], rng)]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });
});

describe("a network's first parameters", () => {
  const { parameters, statistics } = describeNetworkParameters(presetNetwork("compact", 4), {
    type: "float32",
    shape: [8, 27, 3],
  });
  const slices = (specs: readonly ParameterSpec[], seed: number) => {
    const vector = drawNetworkParameters(specs, Rng.fromSeed(seed));
    return Object.fromEntries(specs.map(({ name, offset, size }) => [name, vector.slice(offset, offset + size)]));
  };
  /** Recomputes the offsets of the parameters in their new order. */
  const laidOut = (specs: readonly ParameterSpec[]) => {
    let offset = 0;
    return specs.map((spec) => {
      const moved = { ...spec, offset };
      offset += spec.size;
      return moved;
    });
  };
  const random = parameters.filter(({ initializer }) => ["glorot-uniform", "orthogonal"].includes(initializer));

  it("are the same for the same seed, and different for different seeds", () => {
    expect(slices(parameters, 5)).toEqual(slices(parameters, 5));
    const [one, other] = [slices(parameters, 5), slices(parameters, 6)];
    for (const { name } of random) expect(one[name]).not.toEqual(other[name]);
  });

  it("depend neither on the order of the layers nor on other layers", () => {
    const all = slices(parameters, 5);
    expect(slices(laidOut(parameters.toReversed()), 5)).toEqual(all);
    const [first, , third] = random;
    const few = slices(laidOut([third!, first!]), 5);
    expect(few).toEqual({ [first!.name]: all[first!.name], [third!.name]: all[third!.name] });
  });

  it("differ between layers of one shape, and between the directions of an LSTM", () => {
    const values = slices(parameters, 5);
    const texts = random.map(({ name }) => String(values[name]!.slice(0, 4)));
    expect(new Set(texts).size).toBe(random.length);
  });

  it("leave the generator's state unchanged", () => {
    const rng = Rng.fromSeed(5);
    drawNetworkParameters(parameters, rng);
    expect(rng.state).toEqual(Rng.fromSeed(5).state);
  });

  it("come with running means of 0 and variances of 1", () => {
    const values = slices(statistics, 5);
    expect(Object.keys(values)).toHaveLength(10);
    for (const [name, array] of Object.entries(values)) {
      expect(new Set(array)).toEqual(new Set([name.endsWith("moving_variance") ? 1 : 0]));
    }
  });
});
