// Runs commands one after another in one process, so that Node.js, DuckDB and the runtime start only once.
import { createProgram, reportProgramError } from "../../src/interfaces/cli/program.ts";
import type { Ended } from "./tiny-run.ts";

let printed = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"] as const) {
  process[name].write = (text: Uint8Array | string): boolean => {
    printed[name] += typeof text === "string" ? text : Buffer.from(text).toString();
    return true;
  };
}

async function run(folder: string, words: readonly string[]): Promise<Ended> {
  process.chdir(folder);
  printed = { stdout: "", stderr: "" };
  process.exitCode = undefined;
  let failed: number | undefined;
  try {
    await createProgram().parseAsync([process.execPath, "tidemark", ...words]);
  } catch (error) {
    failed = reportProgramError(error);
  }
  return { exitCode: failed || Number(process.exitCode ?? 0), signal: null, ...printed };
}

process.on("message", async ({ folder, words }: { folder: string; words: readonly string[] }) =>
  process.send!(await run(folder, words)),
);
process.on("disconnect", () => process.exit());
