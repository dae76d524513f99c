// Mutants that no test can distinguish from the original code, each with the reason. They are not counted.
import type { Mutant } from "./mutants.ts";

/** Reasons by file, and then by the mutant's name. */
export const equivalent: Readonly<Record<string, Readonly<Record<Mutant["name"], string>>>> = {
  "learning/training/curriculum.ts": {
    "for (let i = 0; i [< -> <=] now.length; i++) if (now[i] !== before[i]) flips++;":
      "beyond their ends both are undefined, which is equal",
  },
  "stats/ks.ts": {
    "const sum = factor + factor ** 9 + factor ** 25 [+ -> -] factor ** 49;":
      "the factor is at most .3, so its 49th power is below the last digit of the sum",
    "const sum = factor + factor ** 9 + factor ** 25 + factor ** [49 -> 98];":
      "the factor is at most .3, so its 49th power is below the last digit of the sum",
  },
  "stats/sort-floats.ts": {
    "const middle = new Uint32Array([2048 -> 4096]);": "what is beyond the end of the counts is never counted",
  },
  "monitoring/drift/accuracy-estimate.ts": {
    "people: z.int().min([1 -> 0.5]),": "a whole number of at least .5 is at least 1",
  },
  "monitoring/drift/correlation-time.ts": {
    "return sum [/ -> *] size;": "a series and its multiples have the same autocorrelation",
  },
  "monitoring/drift/calibrate.ts": {
    "if (!(chunkSeconds [> -> >=] 0 && meanBout >= 1 && nullBatches >= 1 && referenceBatches >= 1)) {":
      "chunks of 0 s have a mean bout of NaN, which is refused too",
  },
};
