// Mutants that no test can tell from the code, each with the reason. They are not counted.
import type { Mutant } from "./mutants.ts";

/** By file, then by the mutant's name. */
export const equivalent: Readonly<Record<string, Readonly<Record<Mutant["name"], string>>>> = {
  "learning/pseudo-labeling/curriculum.ts": {
    "for (let i = 0; i [< -> <=] now.length; i++) if (now[i] !== before[i]) flips++;":
      "beyond their ends both are undefined, which is equal",
  },
  "monitoring/drift/correlation-time.ts": {
    "return sum [/ -> *] size;": "a series and its multiples have the same autocorrelation",
  },
  "monitoring/drift/calibrate.ts": {
    "if (!(chunkSeconds [> -> >=] 0 && meanBout >= 1 && nullBatches >= 1 && referenceBatches >= 1)) {":
      "chunks of 0 s have a mean bout of NaN, which is refused too",
  },
  "monitoring/drift/diagnosis.ts": {
    "const steps = Float64Array.from({ length: time.length - [1 -> 0.5] }, (_, i) => time[i + 1]! - time[i]!).sort();":
      "a length is rounded down",
  },
};
