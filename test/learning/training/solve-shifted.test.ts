import { describe, expect, it } from "vitest";
import { solveShifted } from "../../../src/learning/training/solve-shifted.ts";

const options = { tolerance: 1e-12, maxSteps: 50, shouldStop: () => false };
/** The eigenvalues of a diagonal matrix, two of which are equal and one of which is 0. */
const eigenvalues = Float64Array.of(1e6, 3e4, 3e4, 500, 20, 0);
const b = Float64Array.of(1, -2, 3, -4, 5, -6);
const multiply = async (x: Float64Array) => x.map((value, i) => value * eigenvalues[i]!);

describe("solveShifted", () => {
  it("solves every shifted system, however far the shifts are apart and in whatever order", async () => {
    const shifts = [1e5, 0.1, 10, 1e12];
    const found = await solveShifted(multiply, b, shifts, options);
    for (const [s, shift] of shifts.entries()) {
      for (const [i, eigenvalue] of eigenvalues.entries()) {
        const exact = b[i]! / (eigenvalue + shift);
        expect(Math.abs(found![s]![i]! / exact - 1), `shift ${shift}, number ${i}`).toBeLessThan(1e-6);
      }
    }
  });

  it("needs as many products as the matrix has different eigenvalues", async () => {
    let products = 0;
    await solveShifted(multiply, b, [0.1, 10], { ...options, tolerance: 1e-6, onStep: () => products++ });
    expect(products).toBeLessThanOrEqual(7);
  });

  it("ends after the given number of steps, when it is stopped, and at once if b is 0", async () => {
    const steps: number[] = [];
    await solveShifted(multiply, b, [1], { ...options, maxSteps: 2, onStep: (step) => steps.push(step) });
    expect(steps).toEqual([1, 2]);
    expect(await solveShifted(multiply, b, [1], { ...options, shouldStop: () => true })).toBeNull();
    const nothing = new Float64Array(6);
    expect(await solveShifted(multiply, nothing, [1, 2], options)).toEqual([nothing, nothing]);
  });
});
