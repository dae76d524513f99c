// npm run demo: simulated recordings in, a cross-validated model folder and its report out, through the real command.
// Takes under three minutes on two cores and leaves everything in demo/.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const directory = join(root, "demo");
const command = join(root, "src/cli/main.ts");

function tidemark(...words: string[]): void {
  console.log(`\n$ tidemark ${words.join(" ")}\n`);
  execFileSync(process.execPath, [command, ...words], { cwd: root, stdio: "inherit" });
}

const started = performance.now();
rmSync(directory, { recursive: true, force: true });
tidemark("simulate", "--out", "demo/recordings.parquet", "--users", "8", "--minutes", "6");
tidemark(
  ...["train", "demo/recordings.parquet", "--out", "demo/model", "--network", "compact"],
  ...["--folds", "4", "--epochs", "8", "--patience", "3"],
);
tidemark("simulate", "--out", "demo/new-people.csv", "--users", "2", "--minutes", "2", "--seed", "7");
tidemark("predict", "demo/new-people.csv", "--model", "demo/model", "--out", "demo/predictions.csv");

const report = join(directory, "model", "report.html");
console.log(
  `\nDone in ${Math.round((performance.now() - started) / 1000)} s. The recordings were simulated: the figures say`,
);
console.log("that everything works, and nothing about real people. Open the report in a browser:");
console.log(`\n  ${relative(process.cwd(), report)}\n  ${pathToFileURL(report).href}\n`);
