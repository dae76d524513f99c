import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../../src/interfaces/cli/main.ts", import.meta.url));

/** Runs the real command as its users do, with its output in pipes. */
export function tidemark(...words: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const environment = { ...process.env, NO_COLOR: "1" };
    execFile(process.execPath, [main, ...words], { env: environment, encoding: "utf8" }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
