import type { Rng } from "../../random.ts";

/**
 * Sets each element of a mask to one with probability 1 - rate, otherwise to zero. Two elements share one random word, so the
 * rate is accurate to 1/65,536.
 *
 * A step needs millions of elements. The random words are therefore hashes of a counter (SplitMix32 with C. Wellons'
 * constants), which a processor computes in parallel. Elements are compared and written four at a time without branches,
 * because branches on random values would often be mispredicted.
 */
export function fillDropoutMask(mask: Uint8Array, rate: number, rng: Rng): void {
  // The sign bit of last - x is 1 if the element with random number x is kept.
  const last = Math.round(rate * 65536) - 1;
  const quads = new Int32Array(mask.buffer, mask.byteOffset, mask.length >> 2);
  let counter = rng.uint32() | 0;
  for (let i = 0; i < quads.length; i++) {
    const a = hashForDropout(counter);
    const b = hashForDropout((counter + golden) | 0);
    counter = (counter + 2 * golden) | 0;
    quads[i] =
      ((last - (a & 0xffff)) >>> 31) |
      (((last - (a >>> 16)) >>> 31) << 8) |
      (((last - (b & 0xffff)) >>> 31) << 16) |
      (((last - (b >>> 16)) >>> 31) << 24);
  }
  for (let i = quads.length * 4; i < mask.length; i++) mask[i] = (last - (rng.uint32() & 0xffff)) >>> 31;
}

const golden = 0x9e3779b9;

function hashForDropout(x: number): number {
  let h = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}
