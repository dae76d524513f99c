import { resident } from "../../pipelines/resident.ts";

const run = resident(process.cwd());

/** Runs the command line in a separate process, with its output in pipes. */
export async function tidemark(
  ...words: string[]
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await run(...words);
  return { exitCode, stdout, stderr };
}
