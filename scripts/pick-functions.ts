// npx node scripts/pick-functions.ts [--count 40] [--seed 1] [--answers] prints the names of random functions from src. The
// names test whether a newcomer who sees only the output of `ls -R src` can guess each function's file. --answers also prints
// the files.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Rng } from "../src/random.ts";
import { filesOf } from "./architecture.ts";

const source = fileURLToPath(new URL("../src", import.meta.url));
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    answers: { type: "boolean", default: false },
  },
});

/** A function at the top level of a module, exported or not. */
const declared =
  /^(?:export )?(?:(?:async )?function\*? (\w+)|const (\w+)(?:: [^=]+)? = (?:async )?(?:<[^>]+>)?\([^()]*\)(?:: [^=]+)? =>)/gm;
const functions = filesOf(source).flatMap((file) =>
  [...readFileSync(join(source, file), "utf8").matchAll(declared)].map((found) => ({
    name: (found[1] ?? found[2])!,
    file,
  })),
);
for (const { name, file } of Rng.fromSeed(Number(values.seed)).shuffle(functions).slice(0, Number(values.count))) {
  console.log(values.answers ? `${name}  src/${file}` : name);
}
