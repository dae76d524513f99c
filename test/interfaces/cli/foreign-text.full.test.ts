// Whatever people, labels, ids, folders, files and servers are called, no command prints a sequence that controls the terminal,
// and no name can start a new line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../../src/interfaces/cli/program.ts";
import { duckdbIdentifier, duckdbLiteral, openDuckdb } from "../../../src/signals/files/duckdb.ts";
import { commandPaths } from "../../command-paths.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, main } from "../../pipelines/tiny-run.ts";
import { FakeMlflow } from "../../storage/fake-mlflow.ts";

const foreign = "\x1b]0;pwn\x07\x1b[2J\rback\nFORGED\x7f\x9b31m\u202eevil\u2066\u2028FORGED";
const name = (role: string): string => `${role} ${foreign}`;

const directory = fileDirectory();
const folder = join(directory, name("folder"));
const at = (role: string): string => join(folder, name(role));
const [recordings, batch, absent] = [
  `${at("recordings")}.parquet`,
  `${at("batch")}.parquet`,
  `${at("absent")}.csv`,
] as const;
const server = new FakeMlflow();

beforeAll(async () => {
  unpackOldModel(directory);
  mkdirSync(folder);
  renameSync(join(directory, "walk"), at("old"));
  const database = await openDuckdb();
  const renamed = ["user", "activity", "recording"].map(
    (column) => `${duckdbIdentifier(column)} || ${duckdbLiteral(` ${foreign}`)} AS ${duckdbIdentifier(column)}`,
  );
  for (const [from, to] of [
    ["recordings.csv.gz", recordings],
    ["batch.csv.gz", batch],
  ] as const) {
    const table = `SELECT * REPLACE (${renamed.join(", ")}) FROM ${duckdbLiteral(join(directory, from))}`;
    await database.connection.run(`COPY (${table}) TO ${duckdbLiteral(to)} (FORMAT parquet)`);
  }
  database.close();
  await server.open();
  server.refuse = () => ({ status: 400, error_code: "INVALID_PARAMETER_VALUE", message: name("server") });
});
afterAll(() => server.close());

const network = ["--network", "compact", "--rate", "20", "--window", "40", "--folds", "2", "--epochs", "1"];
const stream = ["--stream", name("stream")];
/** For each command, the arguments of one or more calls, in an order in which each call finds its inputs. */
const cases: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
  simulate: () => [
    [...["--out", `${at("simulated")}.csv`, "--users", "1", "--minutes", "0.1"]],
    ["--out", at("simulated")],
    ["--out", "a.csv", "--activities", name("activity")],
  ],
  inspect: () => [
    [recordings, ...network.slice(2, 8), "--out", `${at("inspected")}.html`],
    [absent, "--out", `${at("absent")}.html`],
  ],
  convert: () => [
    [recordings, "--out", `${at("clean")}.csv`],
    [absent, "--out", `${at("clean")}.csv`],
  ],
  train: () => [
    [recordings, "--out", at("model"), ...network, "--tracking", server.uri],
    [recordings, "--out", at("model"), ...network],
    [recordings, "--out", at("other"), "--label", name("label")],
    [absent, "--out", at("other")],
    [recordings, "--out", at("other"), "--config", absent],
  ],
  tune: () => [
    [recordings, "--out", `${at("tuned")}.yaml`, "--search", "augment=none,rotate", ...network, "--folds", "4"],
    [absent, "--out", `${at("other")}.yaml`, "--search", "augment=none,rotate"],
    [recordings, "--out", `${at("other")}.yaml`, "--search", name("search")],
  ],
  predict: () => [
    [batch, "--model", at("model"), "--out", `${at("predicted")}.csv`],
    [batch, "--model", at("absent"), "--out", "p.csv"],
    [batch, "--model", at("model"), "--out", "p.csv", "--channels", name("a")],
  ],
  evaluate: () => [
    [recordings, "--model", at("model"), "--out", `${at("evaluated")}.html`],
    [recordings, "--model", at("absent")],
  ],
  check: () => [
    [batch, "--model", at("model"), ...stream, "--batch-id", name("batch"), "--tracking", server.uri],
    [batch, "--model", at("model"), "--model", at("old")],
    [batch, "--model", at("model"), ...stream, "--batch-id", name("batch"), "--alert", "http://127.0.0.1:9"],
    [recordings, "--model", at("old"), "--batch-id", "batch.csv.gz"],
  ],
  serve: () => [
    ["--models", folder, "--check-config"],
    ["--models", at("absent")],
    ["--models", folder, "--host", name("host")],
    ["--models", folder, "--store", name("store")],
  ],
  push: () => [
    [batch, "--to", server.uri, "--model", name("model"), "--stream", name("stream"), "--spool", at("spool")],
    [absent, "--to", server.uri, "--model", name("model"), "--spool", at("spool")],
  ],
  "token create": () => [
    [name("token"), "--scope", `ingest:${name("pattern")}`, "--tokens", at("tokens")],
    ["a", "--scope", name("scope"), "--tokens", at("tokens")],
  ],
  "token list": () => [["--tokens", at("tokens")]],
  "token rotate": () => [[name("token"), "--tokens", at("tokens")]],
  "token revoke": () => [
    [name("token"), "--tokens", at("tokens")],
    [name("token"), "--tokens", at("tokens")],
  ],
  "baseline show": () => [[at("model")], [at("absent")]],
  "baseline validate": () => [[at("model")]],
  "baseline recalibrate": () => [[at("model")], [at("absent")]],
  "streams list": () => [["--model", at("model")]],
  "streams show": () => [
    [stream[1]!, "--model", at("model")],
    [name("absent"), "--model", at("model")],
  ],
  "reference show": () => [
    ["--model", at("model")],
    ["--model", at("model"), ...stream],
  ],
  "reference exclude": () => [[name("batch"), "--model", at("model"), ...stream]],
  "reference accept": () => [[`${name("batch")}.csv`, "--model", at("model")]],
  "reference compact": () => [["--model", at("model")]],
  "reference reset": () => [
    ["--model", at("model")],
    ["--model", at("model"), ...stream],
  ],
  "streams rename": () => [
    [stream[1]!, name("renamed"), "--model", at("model")],
    [stream[1]!, name("renamed"), "--model", at("model")],
  ],
  "streams retire": () => [
    [name("renamed"), "--model", at("model"), "--reason", name("reason")],
    [name("absent"), "--model", at("model")],
  ],
  "streams erase": () => [[name("renamed"), "--model", at("model"), "--reason", name("reason")]],
  "alerts test": () => [["--alert", `env:${name("variable")}`]],
  "alerts list": () => [
    ["--model", at("model")],
    ["--model", at("absent")],
  ],
  "alerts send": () => [
    ["--model", at("model"), "--alert", server.uri],
    ["--model", at("absent"), "--alert", server.uri],
  ],
  retrain: () => [
    [...[batch, "--model", at("model"), "--out", at("v2"), "--labelled", recordings, "--epochs", "1", "--cycles", "1"]],
  ],
  "models list": () => [
    ["--dir", folder],
    ["--dir", at("absent")],
  ],
  "models show": () => [[at("model")]],
  "models compare": () => [[at("model"), at("old")]],
  "models add": () => [
    [at("old"), "--as", name("line")],
    [at("old"), "--as", "walk"],
  ],
  "models promote": () => [[at("model")]],
  "models rollback": () => [[name("line"), "--dir", folder]],
  "drift-bench": () => [
    [
      ...[
        recordings,
        "--model",
        at("model"),
        "--seconds",
        "15",
        "--batches",
        "8",
        "--change-at",
        "4",
        "--streams",
        "1",
      ],
      ...["--out", `${at("bench")}.html`],
    ],
  ],
  sync: () => [[at("model"), "--tracking", server.uri]],
};

async function run(words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [main, ...words], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  for (const output of [child.stdout, child.stderr]) output.on("data", (chunk) => chunks.push(chunk));
  await once(child, "close");
  return Buffer.concat(chunks).toString();
}

// Control characters except newline, line separators, lone surrogates, and characters that change the direction of text.
const obeyed = /[\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u;

describe.skipIf(process.platform === "win32")("what every command prints", () => {
  it("has a case here", () => {
    expect(Object.keys(cases).sort()).toEqual(commandPaths(createProgram()).sort());
  });

  it.each(Object.keys(cases))("%s: foreign text stays within its line, and is shown", async (command) => {
    let shown = 0;
    for (const words of cases[command]!()) {
      for (const json of [[], ["--json"]]) {
        const output = await run([...command.split(" "), ...words, ...json]);
        expect(output).not.toMatch(obeyed);
        expect(output).not.toMatch(/^\W*FORGED/m);
        expect(output).not.toContain("defect");
        if (output.includes("FORGED")) shown++;
        if (json.length === 0) continue;
        for (const line of output.split("\n").filter((text) => text.startsWith("{"))) JSON.parse(line);
      }
    }
    if (command === "train") expect(existsSync(join(at("model"), "manifest.json"))).toBe(true);
    // External text is not dropped silently either; the following commands print none.
    if (!["baseline validate", "reference compact"].includes(command)) expect(shown).toBeGreaterThan(0);
  });
});
