// npx node bench/recipes.ts --set uci-har --recipe rotation=15,steps=1000: measures a training recipe that `train`
// does not offer, on the folds by person of bench/quality.ts. Answers of finished folds are cached.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeDirectories } from "../src/make-directories.ts";
import { Rng } from "../src/random.ts";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";
import { columnFigures, type QualityAnswers, seedFigures } from "./quality-figures.ts";
import { knownQualitySet, qualitySetNames } from "./quality-sets.ts";
import { qualityTable } from "./quality-table.ts";
import { openQualityTask, type QualityTask } from "./quality-task.ts";
import { defaultRecipe, type Recipe, trainByRecipe } from "./recipe-training.ts";
import { plainTable } from "./titled-table.ts";

const help = `npx node bench/recipes.ts [options]

  --set NAME          one of: ${qualitySetNames.join(", ")}
  --recipe SETTINGS   settings that differ from the default recipe, such as steps=1000,rotation=15 (bench/recipe-training.ts)
                      default: ${settingsOf(defaultRecipe)}
  --folds NUMBERS     folds to measure (default: 1,2,3,4,5)
  --seed N            seed of the folds (default: 42)
  --start NAME        any text; another one draws other first weights and batches
`;

const { values } = parseArgs({
  options: {
    set: { type: "string" },
    recipe: { type: "string", default: "" },
    folds: { type: "string", default: "1,2,3,4,5" },
    seed: { type: "string", default: "42" },
    start: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});

const keep = join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "recipes");

if (values.help || values.set === undefined) console.log(help);
else await measureRecipe(values.set);

async function measureRecipe(name: string): Promise<void> {
  const recipe = readRecipe(values.recipe);
  const set = knownQualitySet(name, { jobs: 1 });
  if (typeof set === "string") return console.log(set);
  const seed = Number(values.seed);
  const task = await openQualityTask(set, seed);
  const parts = task.parts.filter(({ name: part }) => values.folds.split(",").some((fold) => part === `fold-${fold}`));
  const answers: Record<string, readonly number[]> = {};
  for (const part of parts) {
    answers[part.name] = await kept({ recipe, task: task.fingerprint, part: part.name, start: values.start }, () =>
      trainByRecipe(recipe, task, part, Rng.fromSeed(seed).split(`${part.name}${values.start}`)),
    );
    tell(part.name, { ...task, parts: [part] }, answers);
  }
  const judged = { ...task, parts };
  const figures = columnFigures([seedFigures(judged, answers)]);
  const title = `${set.name}, seed ${seed}, folds ${values.folds}: ${settingsOf(recipe)}`;
  console.log(plainTable(qualityTable(title, [{ name: recipe.network, isReference: false, figures }], [])));
}

function tell(part: string, judged: QualityTask, answers: QualityAnswers): void {
  console.error(`${part}: ${seedFigures(judged, answers).parts[0]!.toFixed(4)}`);
}

async function kept(deciding: object, train: () => Promise<number[]>): Promise<readonly number[]> {
  const code = readFileSync(fileURLToPath(new URL("recipe-training.ts", import.meta.url)));
  const hash = createHash("sha256").update(JSON.stringify(deciding)).update(code).digest("hex");
  const path = join(keep, `${hash.slice(0, 16)}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")).answers;
  const answers = await train();
  await makeDirectories(keep);
  await writeFileAtomic(path, JSON.stringify({ ...deciding, answers }));
  return answers;
}

/** @param text such as "steps=1000,rotation=15" */
function readRecipe(text: string): Recipe {
  const given = text
    .split(",")
    .filter((word) => word !== "")
    .map((word) => {
      const [name = "", value = ""] = word.split("=");
      const usual = (defaultRecipe as unknown as Record<string, unknown>)[name];
      const read = typeof usual === "number" ? Number(value) : typeof usual === "boolean" ? value === "true" : value;
      if (usual === undefined || Number.isNaN(read))
        throw new Error(`--recipe: expected settings such as ${settingsOf(defaultRecipe)}, got ${word}`);
      return [name, read] as const;
    });
  return { ...defaultRecipe, ...Object.fromEntries(given) };
}

function settingsOf(recipe: Recipe): string {
  return Object.entries(recipe)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
