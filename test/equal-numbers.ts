// Compares lists of numbers as `toEqual` does, but in a loop. vitest's own comparison takes a microsecond or more per element,
// which would account for most of the cost of a test that compares a network's bytes.
import { expect } from "vitest";

type Numbers = ArrayLike<number | bigint>;

function isTypedArray(value: unknown): value is Numbers {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isEveryEqual(a: Numbers, b: Numbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/**
 * @returns undefined for values that are not lists of numbers, and for lists that differ, so that vitest prints the difference
 */
export function equalNumbers(a: unknown, b: unknown): true | undefined {
  const isComparable = isTypedArray(a)
    ? isTypedArray(b) && a.constructor === b.constructor
    : Array.isArray(a) && Array.isArray(b) && a.every((value) => typeof value === "number");
  return isComparable && isEveryEqual(a as Numbers, b as Numbers) ? true : undefined;
}

expect.addEqualityTesters([equalNumbers]);
