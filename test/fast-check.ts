// Property tests draw equal cases in every run, so that a failure is a change of the code and never of luck. Other cases:
// FAST_CHECK_SEED=7 npm test, or =random; fast-check prints the seed of a case that fails.

import fc from "fast-check";

const seed = process.env.FAST_CHECK_SEED ?? "20260101";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });
