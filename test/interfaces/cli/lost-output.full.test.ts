// If the output cannot be written because the disk is full or the reader has exited, the verdict is not lost.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, main } from "../../pipelines/tiny-run.ts";

const directory = fileDirectory();
const check = (batch: string): string[] => ["check", batch, "--model", "walk", "--tracking", "none", "--jobs", "1"];

type Sink = "a full disk" | "a pipe without a reader";

/** Runs a command that cannot write to one or both of its outputs. */
async function lose(
  streams: "stdout" | "stderr" | "both",
  sink: Sink,
  ...words: string[]
): Promise<{ exitCode: number | null; errors: string }> {
  const full = openSync("/dev/full", "w");
  const lost = sink === "a full disk" ? full : "pipe";
  const [out, err] = [streams === "stderr" ? "pipe" : lost, streams === "stdout" ? "pipe" : lost] as const;
  const child = spawn(process.execPath, [main, ...words], { cwd: directory, stdio: ["ignore", out, err] });
  closeSync(full);
  if (sink === "a pipe without a reader") {
    if (streams !== "stderr") child.stdout!.destroy();
    if (streams !== "stdout") child.stderr!.destroy();
  }
  let errors = "";
  if (streams === "stdout") child.stderr!.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [exitCode] = await once(child, "close");
  return { exitCode, errors };
}

beforeAll(() => {
  unpackOldModel(directory);
  writeFileSync(join(directory, "short.csv"), "timestamp_s,user,Ax,Ay,Az\n0,a,0,0,9.8\n0.05,a,0,0,9.8\n");
});

describe.skipIf(process.platform !== "linux").each<Sink>(["a full disk", "a pipe without a reader"])("%s", (sink) => {
  it.each(["stdout", "both"] as const)("keeps the verdict of a check (%s)", async (streams) => {
    const words = [...check("short.csv"), "--stream", `${sink} ${streams}`];
    const { exitCode, errors } = await lose(streams, sink, ...words);
    expect(exitCode).toBe(12);
    if (streams === "both") return;
    const line = /^error: standard output could not be written: ENOSPC: no space left on device, write\n$/;
    expect(errors).toMatch(sink === "a full disk" ? line : /^$/);
  });

  it("keeps the verdict normal", async () => {
    expect(await lose("stdout", sink, ...check("recordings.csv.gz"), "--stream", sink)).toMatchObject({ exitCode: 0 });
  });

  it("keeps the exit code for wrong usage even if the message cannot be printed", async () => {
    expect(await lose("stderr", sink, "check", "absent.csv", "--model", "walk")).toMatchObject({ exitCode: 2 });
  });

  it("indicates by its exit code that output was lost", async () => {
    const { exitCode, errors } = await lose("stdout", sink, "models", "list", "--dir", ".");
    expect(exitCode).toBe(sink === "a full disk" ? 2 : 141);
    expect(errors).not.toMatch(/\n.*\n|at /);
  });
});
