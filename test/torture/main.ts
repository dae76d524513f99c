// npm run torture kills `check`, `train`, `retrain`, `models promote`, `sync`, `serve` and replicas of it at random moments,
// fills the disk and sets the clock, 1,000 times in all, and checks after each time whether anything was lost. The run is
// seeded, but the moments at which processes are killed depend on the machine.
//
//   npm run torture
//   npm run torture -- --kills 30 --only check,sync --seed 7
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tableLines } from "../../src/interfaces/cli/table.ts";
import { simulate } from "../../src/pipelines/simulate.ts";
import { Rng } from "../../src/random.ts";
import { chosenNames } from "../chosen-names.ts";
import { batches, courses, killsOf, trainWords } from "./courses.ts";
import { RememberingMlflow } from "./remembering-mlflow.ts";
import { runVictim } from "./victim.ts";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: Object.keys(courses).join(",") },
    jobs: { type: "string", default: "2" },
  },
});
const names = chosenNames(options.only, Object.keys(courses));
const chosen = Object.entries(courses).filter(([name, { skipped = "" }]) => {
  if (names.includes(name) && skipped !== "") console.log(`${name}${skipped}`);
  return names.includes(name) && skipped === "";
});
const kills = Number(options.kills);
if (!(kills >= 1)) throw new Error(`expected --kills N, found ${options.kills}`);

const scratch = mkdtempSync(join(tmpdir(), "tidemark-torture-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const base = join(scratch, "base");
mkdirSync(base);
const activities = ["walking", "sitting", "jogging"];
await simulate({ out: join(base, "r.parquet"), users: 4, minutes: 1, rate: 20, seed: 3, activities });
await simulate({ out: join(base, "u.parquet"), users: 2, minutes: 1, rate: 20, seed: 21, activities });
for (let i = 0; i < batches; i++) {
  await simulate({ out: join(base, `b${i}.csv`), users: 1, minutes: 0.5, rate: 20, seed: 30 + i, activities });
}
const trained = await runVictim(base, ["train", "r.parquet", "--out", "model", ...trainWords], null);
if (trained.exitCode !== 0) throw new Error(trained.stderr);

const killsOfCourses = killsOf(
  chosen.map(([name]) => name),
  kills,
);
const rows = new Map<string, string[]>();
let [total, lost] = [0, 0];
const waiting = [...chosen];
const take = async (): Promise<void> => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, { torture }] = next;
    const directory = join(scratch, name);
    mkdirSync(directory);
    const server = new RememberingMlflow();
    await server.open();
    const started = performance.now();
    const rng = Rng.fromSeed(Number(options.seed)).split(name);
    const course = await torture({ base, directory, rng, server }, killsOfCourses.get(name)!);
    await server.close();
    total += course.kills;
    lost += course.lost.length;
    for (const what of course.lost.slice(0, 10)) console.log(`${name}, ${what}`);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${name}: ${course.kills} kills in ${seconds} s`);
    rows.set(name, [name, ...[course.kills, course.ended, course.lost.length].map(String), seconds]);
  }
};
await Promise.all(Array.from({ length: Number(options.jobs) }, take));

console.log(
  tableLines({
    headers: ["command", "kills", "ended", "lost", "s"],
    rows: chosen.map(([name]) => rows.get(name)!),
  }).join("\n"),
);
console.log(`\n${total} kills, ${lost} lost`);
process.exit(lost > 0 || total < kills ? 1 : 0);
