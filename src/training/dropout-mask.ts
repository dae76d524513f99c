import type { Rng } from "../random.ts";

/**
 * Fills a mask with ones, each with probability 1 - rate. Two elements share one random word, so that the rate is met to
 * 1 / 65536.
 */
export function fillKeepMask(mask: Uint8Array, rate: number, rng: Rng): void {
  const words = new Uint32Array(Math.min(4096, (mask.length + 1) >> 1));
  const threshold = Math.round(rate * 65536);
  for (let start = 0; start < mask.length; start += 2 * words.length) {
    rng.fill(words);
    const pairs = Math.min(words.length, (mask.length - start) >> 1);
    for (let i = 0, at = start; i < pairs; i++, at += 2) {
      const word = words[i]!;
      mask[at] = (word & 0xffff) >= threshold ? 1 : 0;
      mask[at + 1] = word >>> 16 >= threshold ? 1 : 0;
    }
    if (start + 2 * pairs + 1 === mask.length) mask[mask.length - 1] = words.at(-1)! >>> 16 >= threshold ? 1 : 0;
  }
}
