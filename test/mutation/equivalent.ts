// Mutants that no test can tell from the code, each with the reason. They are not counted.
import type { Mutant } from "./mutants.ts";

/** By file, then by the mutant's name. */
export const equivalent: Readonly<Record<string, Readonly<Record<Mutant["name"], string>>>> = {};
