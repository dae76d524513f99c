// Runs in a shell the commands that an interrupted training run prints: a path with spaces must remain a single word.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkText } from "../../../src/interfaces/cli/check-text.ts";
import { check } from "../../../src/pipelines/check.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, main, start } from "../../pipelines/tiny-run.ts";

const directory = fileDirectory();
const network = ["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--epochs", "40"];

function bash(script: string): string {
  return execFileSync("bash", ["-c", script], { cwd: directory, encoding: "utf8" });
}

it.skipIf(process.platform === "win32")("commands that are printed have the words that were meant", async () => {
  unpackOldModel(directory);
  for (const name of ["my", "model.partial"]) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, "precious"), "");
  }
  const words = ["train", "recordings.csv.gz", "--out", "my model", ...network, "--label", "activity", "--jobs", "1"];
  const child = spawn(process.execPath, [main, ...words, "--json"], { cwd: directory });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (text) => {
    const before = output;
    output += text;
    if (!before.includes('"epoch"') && output.includes('"epoch"')) child.kill("SIGINT");
  });
  child.stderr.on("data", (text) => (errors += text));
  expect(await once(child, "close")).toEqual([130, null]);

  const resume = /^Continue with: tidemark (.*)$/m.exec(errors)![1]!;
  const read = bash(`printf '%s\\n' ${resume}`).trimEnd().split("\n");
  expect(read.slice(0, 4)).toEqual(["train", "recordings.csv.gz", "--out", "my model"]);
  expect(read.at(-1)).toBe("--resume");

  const refused = await start(words, directory).ended;
  expect(refused.exitCode).toBe(2);
  const remove = /to start again: (rm .*)$/m.exec(refused.stderr)![1]!;
  expect(remove).toBe("rm -r 'my model.partial'");
  expect(existsSync(join(directory, "my model.partial"))).toBe(true);
  bash(remove);
  expect(existsSync(join(directory, "my model.partial"))).toBe(false);
  for (const name of ["my", "model.partial"]) expect(existsSync(join(directory, name, "precious"))).toBe(true);
});

it.skipIf(process.platform === "win32")("a batch whose id begins with a dash can be accepted as printed", async () => {
  const own = join(directory, "dash");
  mkdirSync(own);
  unpackOldModel(own);
  const model = join(own, "walk");
  cpSync(join(own, "batch.csv.gz"), join(own, "-b.csv.gz"));
  const answer = await check({ files: [join(own, "-b.csv.gz")], model, stream: "-wrist", jobs: 1 });
  if (answer.result.verdict === "rejected") throw new Error("expected a judged batch");
  const text = checkText({ result: { ...answer.result, verdict: "normal", doubtful: true }, known: false }, model).join(
    "\n",
  );
  const words = /all right, include it: tidemark (.*)$/m.exec(text)![1]!;
  const ran = bash(`'${process.execPath}' '${main}' ${words}`);
  expect(ran).toContain("batch -b.csv.gz");
});
