// Uses inputs one after another in a separate process, which may crash, hang or grow without affecting any other process.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../src/errors.ts";
import { Rng } from "../../src/random.ts";
import { type Base, type FormatName, listing, openFormat, writeFiles } from "./formats.ts";

export interface Task {
  readonly format: FormatName;
  readonly index: number;
  readonly seed: number;
}

export interface Outcome {
  readonly kind: "accepted" | "refused" | "defect" | "partial";
  /** A description of the failure, or the message with which the input was rejected. */
  readonly text: string;
  /** The number of the input that was used. */
  readonly used: number;
  /** Peak memory of this process so far. */
  readonly peakMebibytes: number;
}

const formats = new Map<FormatName, ReturnType<typeof openFormat>>();

async function run({ format: name, index, seed }: Task, base: Base, scratch: string): Promise<Outcome> {
  if (!formats.has(name)) formats.set(name, openFormat(name, base));
  const format = await formats.get(name)!;
  const rng = Rng.fromSeed(seed).split(`${name} ${index}`);
  const files = format.mutate(rng.split("mutate"));
  const directory = join(scratch, "model");
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFiles(directory, files);
  let [kind, text]: [Outcome["kind"], string] = ["accepted", ""];
  try {
    await format.use(directory, files, rng.split("use"));
  } catch (error) {
    const isStack = error instanceof UserError && /\n\s+at /.test(error.message);
    [kind, text] = error instanceof UserError && !isStack ? ["refused", error.message] : ["defect", stackOf(error)];
  }
  const faults = [...leftovers(directory, kind), ...changes(directory, files), ...pollution()];
  if (kind !== "defect" && faults.length > 0) [kind, text] = ["partial", faults.join("\n")];
  return { kind, text, used: index, peakMebibytes: process.resourceUsage().maxRSS / 1024 };
}

function leftovers(directory: string, kind: Outcome["kind"]): string[] {
  const left = listing(directory).filter((name) => /\.tmp$|(^|\/)lock-/.test(name));
  if (kind === "refused") left.push(...listing(directory).filter((name) => name === "predictions.csv"));
  return left.map((name) => `left behind: ${name}`);
}

function changes(directory: string, files: Readonly<Record<string, Uint8Array | string>>): string[] {
  return Object.entries(files)
    .filter(([name, content]) => !readFileSync(join(directory, name)).equals(Buffer.from(content)))
    .map(([name]) => `input was changed: ${name}`);
}

function pollution(): string[] {
  return Reflect.has({}, "polluted") ? ["Object.prototype was changed"] : [];
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `thrown: ${String(error)}`;
}

const [directory, server, scratch] = process.argv.slice(2) as [string, string, string];
process.on("message", (task: Task) => {
  void run(task, { directory, server }, scratch).then((outcome) => process.send!(outcome));
});
process.send!("ready");
