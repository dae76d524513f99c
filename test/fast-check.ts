// Property tests draw the same cases in every run, so that only a code change can make a test fail. To draw other cases:
// FAST_CHECK_SEED=7 npm test, or FAST_CHECK_SEED=random; fast-check prints the seed of a failing case.

import fc from "fast-check";

const seed = process.env.FAST_CHECK_SEED ?? "20260101";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });
