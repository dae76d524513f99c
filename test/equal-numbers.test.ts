import { expect, it } from "vitest";
import { equalNumbers } from "./equal-numbers.ts";

it("takes equal lists of numbers for equal, and leaves everything else to vitest", () => {
  const forms: ((...list: number[]) => ArrayLike<number>)[] = [
    (...list) => list,
    (...list) => Float32Array.from(list),
    (...list) => Float64Array.from(list),
  ];
  for (const make of forms) {
    const list = make(1, Number.NaN, -0);
    expect(equalNumbers(list, make(1, Number.NaN, -0))).toBe(true);
    for (const other of [
      [1, Number.NaN, 0],
      [1, 2, -0],
      [1, Number.NaN],
      [1, Number.NaN, -0, 3],
    ]) {
      expect(equalNumbers(list, make(...other))).toBeUndefined();
      expect(list).not.toEqual(make(...other));
    }
  }
  expect(equalNumbers(Uint8Array.of(1), Buffer.of(1))).toBeUndefined();
  expect(equalNumbers(Uint8Array.of(1), Int8Array.of(1))).toBeUndefined();
  expect(equalNumbers([1], Uint8Array.of(1))).toBeUndefined();
  expect(equalNumbers(["1"], ["1"])).toBeUndefined();
  expect(equalNumbers([{ a: 1 }], [{ a: 1 }])).toBeUndefined();
  expect(equalNumbers(new DataView(new ArrayBuffer(1)), new DataView(new ArrayBuffer(1)))).toBeUndefined();
});
