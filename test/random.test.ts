import { describe, expect, it } from "vitest";
import { Rng } from "../src/random.ts";

/** PractRand's sfc32 generator (Chris Doty-Humphrey, rng/sfc.cpp), written with arbitrary-size integers. */
function* sfc32([a, b, c, counter]: [bigint, bigint, bigint, bigint]): Generator<number, never> {
  const word = (x: bigint): bigint => x & 0xffffffffn;
  for (;;) {
    const t = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + word(c << 3n));
    c = word((word(c << 21n) | (c >> 11n)) + t);
    yield Number(t);
  }
}

const draw = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.uint32());

describe("the generator", () => {
  it("is sfc32", () => {
    const rng = Rng.fromSeed(2026);
    const words = rng.state.map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint, bigint];
    const expected = sfc32(words);
    expect(draw(rng, 2000)).toEqual(Array.from({ length: 2000 }, () => expected.next().value));
  });

  it("goes on from its state, also as JSON", () => {
    const rng = Rng.fromSeed(7);
    draw(rng, 5);
    const copy = Rng.fromState(JSON.parse(JSON.stringify(rng.state)));
    expect(draw(copy, 100)).toEqual(draw(rng, 100));
  });

  it("gives the numbers that recorded seeds gave when their models were trained", () => {
    expect(draw(Rng.fromSeed(2026), 2)).toEqual([245078849, 2658985612]);
    expect(draw(Rng.fromSeed(2 ** 33 + 2026), 1)).toEqual([2406496832]);
    expect(draw(Rng.fromSeed(2026).split("fold-1"), 2)).toEqual([789850174, 1807660098]);
  });

  it("differs between seeds, in their high words too", () => {
    const seeds = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, -1];
    expect(new Set(seeds.map((seed) => draw(Rng.fromSeed(seed), 2).join())).size).toBe(seeds.length);
    for (const seed of [0.5, Number.NaN, 2 ** 53]) expect(() => Rng.fromSeed(seed)).toThrow("safe integer");
  });

  it("splits by name without moving: equal names give equal generators, near ones unrelated", () => {
    const rng = Rng.fromSeed(3);
    const before = rng.state;
    const names = ["fold-1", "fold-2", "fold-11", "step-1-11", "step-11-1", "order-1", "", "weights"];
    const streams = names.map((name) => draw(rng.split(name), 4000));
    expect(rng.state).toEqual(before);
    expect(draw(rng.split("fold-1"), 4000)).toEqual(streams[0]);
    for (const [i, a] of streams.entries()) {
      for (const b of streams.slice(i + 1)) {
        // The number of equal bits is binomial, and must be within five standard deviations of half of the bits.
        const agreeing = a.reduce((sum, word, at) => sum + 32 - bitCount(word ^ b[at]!), 0);
        expect(Math.abs(agreeing - 64_000)).toBeLessThan(5 * Math.sqrt(128_000 / 4));
      }
    }
  });
});

describe("what is drawn from it", () => {
  const count = 40_000;

  it("uniform numbers are in [0, 1), evenly", () => {
    const rng = Rng.fromSeed(11);
    const cells = new Array<number>(20).fill(0);
    for (let i = 0; i < count; i++) cells[Math.floor(20 * rng.uniform())]! += 1;
    const chi = cells.reduce((sum, n) => sum + (n - count / 20) ** 2 / (count / 20), 0);
    expect(cells).toHaveLength(20);
    // The .9999 quantile of chi-square with 19 degrees of freedom (scipy.stats.chi2.ppf).
    expect(chi).toBeLessThan(50.8);
  });

  it("normal numbers have the moments of a standard normal", () => {
    const rng = Rng.fromSeed(12);
    const values = Array.from({ length: count }, () => rng.normal());
    const moment = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / count;
    // The tolerance is five standard errors; the standard errors are sqrt(1, 2, 15, 96) / sqrt(n).
    for (const [power, expected, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ] as const) {
      expect(Math.abs(moment(power) - expected), `moment ${power}`).toBeLessThan(5 * Math.sqrt(variance / count));
    }
  });

  it("integers are below their bound, evenly, up to 2^32; other bounds are refused", () => {
    const rng = Rng.fromSeed(13);
    const cells = new Array<number>(7).fill(0);
    for (let i = 0; i < count; i++) cells[rng.integer(7)]! += 1;
    const chi = cells.reduce((sum, n) => sum + (n - count / 7) ** 2 / (count / 7), 0);
    // The .9999 quantile of chi-square with 6 degrees of freedom.
    expect(chi).toBeLessThan(27.9);
    expect(rng.integer(1)).toBe(0);
    expect(Rng.fromState(rng.state).integer(2 ** 32)).toBe(rng.uint32());
    for (const bound of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => rng.integer(bound)).toThrow("bound");
  });

  it("shuffles are permutations, each as likely as any other", () => {
    const rng = Rng.fromSeed(14);
    const seen = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = rng.shuffle([0, 1, 2, 3]).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    const chi = [...seen.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    // The .9999 quantile of chi-square with 23 degrees of freedom.
    expect(chi).toBeLessThan(57.0);
    const items = Int32Array.from({ length: 999 }, (_, i) => i);
    expect(rng.shuffle(items)).toBe(items);
    expect(items.toSorted()).toEqual(Int32Array.from(items.keys()));
  });
});

function bitCount(word: number): number {
  let count = 0;
  for (let bits = word >>> 0; bits !== 0; bits >>>= 1) count += bits & 1;
  return count;
}
