import { describe, expect, it } from "vitest";
import { solveShifted } from "../../../src/learning/training/solve-shifted.ts";

const options = { tolerance: 1e-12, maxSteps: 50, shouldStop: () => false };
/** The eigenvalues of a diagonal matrix; two of them are equal, and one is 0. */
const eigenvalues = Float64Array.of(1e6, 3e4, 3e4, 500, 20, 0);
const b = [Float64Array.of(1, -2, 3, -4, 5, -6), Float64Array.of(0, 1, 1, 0, 7, 7)];
const multiply = async (blocks: readonly (readonly Float64Array[])[]) =>
  blocks.map((vectors, m) => vectors.map((x) => x.map((value, i) => (value * eigenvalues[i]!) / (m + 1))));

describe("solveShifted", () => {
  it("solves every shifted system for every column, however far the shifts are apart and in whatever order", async () => {
    const shifts = [1e5, 0.1, 10, 1e12];
    const [found] = (await solveShifted(multiply, [b], shifts, options))!;
    for (const [s, shift] of shifts.entries()) {
      for (const [k, column] of b.entries()) {
        for (const [i, eigenvalue] of eigenvalues.entries()) {
          const exact = column[i]! / (eigenvalue + shift);
          const allowed = 1e-6 * Math.abs(exact) + 1e-9 / shift;
          expect(Math.abs(found![s]![k]![i]! - exact), `shift ${shift}, column ${k}, number ${i}`).toBeLessThan(
            allowed,
          );
        }
      }
    }
  });

  it("needs as many products as the matrix has different eigenvalues, and fewer for several columns", async () => {
    const productsFor = async (columns: readonly Float64Array[]): Promise<number> => {
      let products = 0;
      await solveShifted(multiply, [columns], [0.1, 10], { ...options, tolerance: 1e-6, onStep: () => products++ });
      return products;
    };
    expect(await productsFor(b.slice(0, 1))).toBeLessThanOrEqual(7);
    expect(await productsFor(b)).toBe(3);
  });

  it("solves for several matrices as it solves for each alone, without multiplying the one that is solved", async () => {
    const asked: number[][] = [];
    const recording = async (blocks: readonly (readonly Float64Array[])[]) => {
      asked.push(blocks.map(({ length }) => length));
      return multiply(blocks);
    };
    const easy = [Float64Array.of(0, 1, 0, 0, 0, 0)];
    const found = await solveShifted(recording, [easy, b], [0.1, 10], options);
    expect(found![0]).toEqual((await solveShifted(multiply, [easy], [0.1, 10], options))![0]);
    expect(found![0]![1]![0]![1]).toBeCloseTo(1 / (3e4 + 10), 12);
    expect(found![1]![1]![1]![4]).toBeCloseTo(7 / (20 / 2 + 10), 6);
    expect(asked.slice(0, 2)).toEqual([
      [1, 2],
      [0, 2],
    ]);
  });

  it("multiplies only as many vectors as the columns have dimensions", async () => {
    const [x, y] = b as [Float64Array, Float64Array];
    const columns = [x, y, x.map((value, i) => -value - y[i]!), new Float64Array(6)];
    let most = 0;
    const counting = async (blocks: readonly (readonly Float64Array[])[]) => {
      most = Math.max(most, blocks[0]!.length);
      return multiply(blocks);
    };
    const [[found]] = (await solveShifted(counting, [columns], [10], options)) as [[Float64Array[]]];
    expect(most).toBe(2);
    for (const [i, eigenvalue] of eigenvalues.entries()) {
      expect(found[2]![i]).toBeCloseTo(columns[2]![i]! / (eigenvalue + 10), 9);
      expect(found[3]![i]).toBe(0);
    }
  });

  it("ends after the given number of steps, when it is stopped, and at once if b is 0", async () => {
    const steps: number[] = [];
    await solveShifted(multiply, [b], [1], { ...options, maxSteps: 2, onStep: (step) => steps.push(step) });
    expect(steps).toEqual([1, 2]);
    expect(await solveShifted(multiply, [b], [1], { ...options, shouldStop: () => true })).toBeNull();
    const nothing = new Float64Array(6);
    expect(await solveShifted(multiply, [[nothing]], [1, 2], options)).toEqual([[[nothing], [nothing]]]);
  });
});
