// Faults of the machine that a service runs on: a disk that becomes full, and a system clock that jumps. Devices keep sending
// batches; nothing that was answered may be lost, and the service must recover by itself.

import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Answers } from "./device.ts";
import { startServiceProcess } from "./service-process.ts";

export interface FaultOptions {
  /** Number of times that the disk becomes full, or that the clock jumps. */
  readonly times: number;
  /** A batch as CSV. */
  readonly body: Uint8Array;
  /** Random numbers from 0 to 1. */
  readonly random: () => number;
}

export interface WithFaults {
  readonly answered: number;
  /** A description of each violation; empty if there is none. */
  readonly faults: readonly string[];
}

const streams = ["device-0", "device-1", "device-2"];

const isLinuxRoot = process.platform === "linux" && process.getuid?.() === 0;
/** Why no small disk can be mounted; empty if it can. */
export const withoutSmallDisk: string = isLinuxRoot ? "" : " (skipped: only root can mount a small disk)";

/** The most batches that fit into what is left on a full disk. */
const mostOnFullDisk = 200;

/** Fills the disk that holds the service's store, and makes room again. @param directory a folder with `models/walk` */
export async function fillDisk(directory: string, { times, body }: FaultOptions): Promise<WithFaults> {
  const disk = join(directory, "disk");
  mkdirSync(disk);
  execute("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk);
  try {
    const answers = new Answers(body);
    const service = await startServiceProcess(["--models", "models", "--store", `sqlite:${disk}`], directory);
    const next = async (): Promise<void> => {
      for (const stream of streams) await answers.next(() => service.url, stream);
    };
    await next();
    for (let n = 0; n < times && answers.faults.length === 0; n++) {
      const filler = join(disk, "filler");
      fillUp(filler);
      let status: number | null = 200;
      for (let i = 0; status === 200 && i < mostOnFullDisk; i++)
        status = await answers.tryNext(service.url, streams[0]!);
      if (status !== 503) answers.faults.push(`on a full disk, a batch was answered ${status}`);
      const live = await fetch(`${service.url}/livez`);
      if (!live.ok) answers.faults.push(`on a full disk, /livez answered ${live.status}`);
      rmSync(filler);
      await next();
    }
    await answers.expectKept(service.url);
    await service.stop();
    return { answered: answers.count, faults: answers.faults };
  } finally {
    execute("umount", "--lazy", disk);
  }
}

/** Sets the clock of the service forward and back by up to ten days. @param directory a folder with `models/walk` */
export async function jumpClock(directory: string, { times, body, random }: FaultOptions): Promise<WithFaults> {
  const file = join(directory, "clock");
  writeFileSync(file, "0");
  const answers = new Answers(body);
  const environment = {
    JUMPING_CLOCK: file,
    NODE_OPTIONS: `--import ${new URL("./jumping-clock.ts", import.meta.url).href}`,
  };
  const words = ["--models", "models", "--store", "sqlite:jumping"];
  const service = await startServiceProcess(words, directory, environment);
  for (let n = 0; n < times && answers.faults.length === 0; n++) {
    const days = (n % 2 === 0 ? 1 : -1) * (1 + 9 * random());
    writeFileSync(file, String(Math.round(86_400_000 * days)));
    await Promise.all(streams.map((stream) => answers.next(() => service.url, stream)));
  }
  await answers.expectKept(service.url);
  if (times > 1 && answers.days < 1) answers.faults.push("the service's clock did not jump");
  const { code } = await service.stop();
  if (code !== 0) answers.faults.push(`the service ended with code ${code}`);
  return { answered: answers.count, faults: answers.faults };
}

/** Writes a file until nothing more fits on its disk. */
function fillUp(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let bytes = 1 << 20; bytes >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        bytes >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}

function execute(program: string, ...words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
}
