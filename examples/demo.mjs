// npm run demo: simulates recordings, trains a cross-validated model on them and writes a report, and checks two batches with
// the model: a normal batch, and one in a different unit. Then the demo starts a service to which simulated wrist sensors send
// their days. Each step runs the real command. On a terminal, the service runs until Ctrl-C; otherwise, the demo ends by
// itself. The demo writes its files to demo/.
import "./check-node.mjs";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { verdictExitCodes } from "tidemark";
import { minutesPerWrist, runService, wrists } from "./demo-service.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const directory = join(root, "demo");
const command = join(root, "dist/interfaces/cli/main.js");

/** @param {string[]} words @param {number} expected the exit code; for check, it depends on the verdict */
function tidemark(words, expected = 0) {
  console.log(`\n$ tidemark ${words.join(" ")}\n`);
  const { status } = spawnSync(process.execPath, [command, ...words], { cwd: root, stdio: "inherit" });
  if (status !== expected) throw new Error(`expected exit code ${expected}, got ${status}`);
}

/** Writes the same recordings with accelerations in g instead of m/s^2, as a firmware update might do. */
function inGravities(from, to) {
  const [header, ...rows] = readFileSync(join(root, from), "utf8").trim().split("\n");
  const accelerations = ["Ax", "Ay", "Az"].map((name) => header.split(",").indexOf(name));
  const converted = rows.map((row) => {
    const cells = row.split(",");
    for (const column of accelerations) cells[column] = String(Number(cells[column]) / 9.80665);
    return cells.join(",");
  });
  writeFileSync(join(root, to), [header, ...converted, ""].join("\n"));
}

const started = performance.now();
rmSync(directory, { recursive: true, force: true });
tidemark(["simulate", "--out", "demo/recordings.parquet", "--users", "8", "--minutes", "6"]);
tidemark([
  ...["train", "demo/recordings.parquet", "--out", "demo/models/walk", "--network", "compact"],
  ...["--folds", "4", "--epochs", "8", "--patience", "3"],
]);
tidemark(["simulate", "--out", "demo/monday.csv", "--users", "1", "--minutes", "5", "--seed", "7"]);
tidemark(["predict", "demo/monday.csv", "--model", "demo/models/walk", "--out", "demo/predictions.csv"]);
tidemark(["check", "demo/monday.csv", "--model", "demo/models/walk", "--stream", "wrist-7"]);
inGravities("demo/monday.csv", "demo/tuesday.csv");
tidemark(
  ["check", "demo/tuesday.csv", "--model", "demo/models/walk", "--stream", "wrist-7"],
  verdictExitCodes.sudden_change,
);

tidemark([
  ...["simulate", "--out", "demo/wrists.csv", "--users", `${wrists.length}`, "--minutes", `${minutesPerWrist}`],
  ...["--seed", "11"],
]);

const report = join(directory, "models", "walk", "report.html");
console.log(
  `\nTrained and checked in ${Math.round((performance.now() - started) / 1000)} s. The recordings were simulated: the`,
);
console.log("figures show that everything works, but say nothing about real people. The report on the model:");
console.log(`\n  ${relative(process.cwd(), report)}\n  ${pathToFileURL(report).href}`);
await runService(command, { models: "demo/models", model: "walk", file: join(directory, "wrists.csv"), cwd: root });
