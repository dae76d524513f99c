// A folder of batches that wait until a service has accepted them. The folder survives a killed process or a power cut at any
// time:
//
//   destination.json     The service and the model to which the batches are sent.
//   waiting/N.body       The content of a batch, which is written and flushed before N.json.
//   waiting/N.json       The description of a batch. The batch waits exactly as long as this file exists.
//   refused/N.*          The same files for a batch that the service permanently refused, with the reason.
//   taken.jsonl          The files whose batches are all in the spool or have left it.
//
// A batch is sent twice if a process is killed between the service's reply and the removal of N.json. The service then returns
// the same verdict again, because the batch id is the same.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { replaceFileAtomic, writeFileAtomic } from "./atomic-file.ts";
import { exists } from "./exists.ts";
import { createAndFlushDirectory } from "./flush.ts";
import { appendJsonLine, checkJsonFile, jsonFileText, readJsonFile, readJsonFileLines } from "./json-file.ts";
import { acquireLock } from "./lock.ts";

/** Where the batches of a spool are sent. */
export interface SpoolDestination {
  schema_version: 1;
  /** The service's address. */
  to: string;
  model: string;
}

const destinationSchema: z.ZodType<SpoolDestination> = z.object({
  schema_version: z.literal(1),
  to: z.string(),
  model: z.string(),
});

/** Description of a batch, without its content. */
export interface SpooledFacts {
  stream: string;
  batch_id: string;
  /** The file that contained the batch. */
  file: string;
  content_type: string | null;
  content_encoding: string | null;
  /** Request parameters. */
  query: Record<string, string>;
}

const factsSchema: z.ZodType<SpooledFacts & { refused_because?: string }> = z.object({
  stream: z.string(),
  batch_id: z.string(),
  file: z.string(),
  content_type: z.string().nullable(),
  content_encoding: z.string().nullable(),
  query: z.record(z.string(), z.string()),
  refused_because: z.string().exactOptional(),
});

export interface SpooledBatch extends SpooledFacts {
  /** Position of the batch in the spool's order. */
  readonly number: number;
  readonly bytes: number;
}

/** Identifies a version of a file and the options with which it is split into batches. */
export interface TakenFile {
  path: string;
  size: number;
  modified_ms: number;
  /** A hash of the options that determine the batches; a file is sent again if it is given with other options. */
  manner: string;
}

const takenSchema: z.ZodType<TakenFile> = z.object({
  path: z.string(),
  size: z.number(),
  modified_ms: z.number(),
  manner: z.string(),
});

export class BatchSpool {
  readonly directory: string;
  readonly #release: () => Promise<void>;
  readonly #waiting = new Map<number, SpooledBatch>();
  /** Keys of all batches that are waiting or were refused. */
  readonly #known = new Set<string>();
  readonly #taken = new Map<string, TakenFile>();
  #next = 1;
  #bytes = 0;

  private constructor(directory: string, release: () => Promise<void>) {
    this.directory = directory;
    this.#release = release;
  }

  /** @throws UserError if another process uses the folder */
  static async open(directory: string): Promise<BatchSpool> {
    await createAndFlushDirectory(directory);
    const lock = await acquireLock(directory);
    if (!lock.held) {
      throw new UserError(`--spool ${directory}: another push uses this folder: ${lock.holder}`, {
        advice: "Wait until the other push has ended, or choose another folder.",
      });
    }
    const spool = new BatchSpool(directory, lock.release);
    try {
      await spool.#recover();
    } catch (error) {
      await lock.release();
      throw error;
    }
    return spool;
  }

  /** The destination of earlier batches; null if the spool is new. */
  async destination(): Promise<SpoolDestination | null> {
    const path = join(this.directory, "destination.json");
    return (await exists(path)) ? readJsonFile(path, destinationSchema) : null;
  }

  async setDestination(destination: SpoolDestination): Promise<void> {
    await writeFileAtomic(join(this.directory, "destination.json"), jsonFileText(destination));
  }

  /** The waiting batches, in the order in which they were added. */
  get waiting(): SpooledBatch[] {
    return [...this.#waiting.values()].sort((a, b) => a.number - b.number);
  }

  /** Number of waiting batches. */
  get count(): number {
    return this.#waiting.size;
  }

  /** Total size of the waiting batches, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a batch is waiting or was refused. */
  has(stream: string, batchId: string): boolean {
    return this.#known.has(spooledKey(stream, batchId));
  }

  /** @param write writes the content to a path */
  async add(facts: SpooledFacts, write: (path: string) => Promise<void>): Promise<SpooledBatch> {
    const number = this.#next++;
    const body = this.#path("waiting", number, "body");
    await replaceFileAtomic(body, write);
    await writeFileAtomic(this.#path("waiting", number, "json"), jsonFileText(facts));
    return this.#remember(number, facts, (await stat(body)).size);
  }

  content({ number }: SpooledBatch): Promise<Buffer<ArrayBuffer>> {
    return readFile(this.#path("waiting", number, "body"));
  }

  /** Removes a batch that the service has accepted. */
  async remove(batch: SpooledBatch): Promise<void> {
    this.#forget(batch);
    this.#known.delete(spooledKey(batch.stream, batch.batch_id));
    await rm(this.#path("waiting", batch.number, "json"), { force: true });
    await rm(this.#path("waiting", batch.number, "body"), { force: true });
  }

  /** Moves a refused batch aside. @returns the path of its content */
  async refuse({ number, bytes, ...facts }: SpooledBatch, reason: string): Promise<string> {
    const text = jsonFileText({ ...facts, refused_because: reason });
    await writeFileAtomic(this.#path("refused", number, "json"), text);
    await this.#finishRefusal(number);
    this.#forget({ number, bytes, ...facts });
    return this.#path("refused", number, "body");
  }

  /** Puts all refused batches back into the queue. @returns the number of these batches */
  async retryRefused(): Promise<number> {
    let batches = 0;
    for (const number of await this.#numbers("refused", "json")) {
      const path = this.#path("refused", number, "json");
      const { refused_because: _, ...facts } = await readJsonFile(path, factsSchema);
      await rename(this.#path("refused", number, "body"), this.#path("waiting", number, "body"));
      await writeFileAtomic(this.#path("waiting", number, "json"), jsonFileText(facts));
      await rm(path);
      this.#remember(number, facts, (await stat(this.#path("waiting", number, "body"))).size);
      batches++;
    }
    return batches;
  }

  hasTaken({ path, size, modified_ms, manner }: TakenFile): boolean {
    const known = this.#taken.get(path);
    return known?.size === size && known.modified_ms === modified_ms && known.manner === manner;
  }

  /** Records that all batches of a file are in the spool. */
  async take(file: TakenFile): Promise<void> {
    await appendJsonLine(join(this.directory, "taken.jsonl"), file);
    this.#taken.set(file.path, file);
  }

  /** Discards the record of which files have been split, so that they are sent again. */
  async forgetTaken(): Promise<void> {
    this.#taken.clear();
    await rm(join(this.directory, "taken.jsonl"), { force: true });
  }

  close(): Promise<void> {
    return this.#release();
  }

  /** Completes or undoes operations that a killed process left unfinished. */
  async #recover(): Promise<void> {
    for (const folder of ["waiting", "refused"]) await mkdir(join(this.directory, folder), { recursive: true });
    const refused = await this.#numbers("refused", "json");
    for (const number of refused) {
      if (await exists(this.#path("refused", number, "body"))) {
        await rm(this.#path("waiting", number, "json"), { force: true });
      } else if (await exists(this.#path("waiting", number, "body"))) {
        await this.#finishRefusal(number);
      } else {
        await rm(this.#path("refused", number, "json"));
        continue;
      }
      const { stream, batch_id } = await readJsonFile(this.#path("refused", number, "json"), factsSchema);
      this.#known.add(spooledKey(stream, batch_id));
    }
    const waiting = new Set(await this.#numbers("waiting", "json"));
    for (const number of await this.#numbers("waiting", "body")) {
      const body = this.#path("waiting", number, "body");
      if (!waiting.has(number)) {
        await rm(body, { force: true });
        continue;
      }
      const facts = await readJsonFile(this.#path("waiting", number, "json"), factsSchema);
      this.#remember(number, facts, (await stat(body)).size);
      waiting.delete(number);
    }
    // After a power cut, the description of a batch may reappear although its removal had begun.
    for (const number of waiting) await rm(this.#path("waiting", number, "json"), { force: true });
    this.#next = Math.max(0, ...refused, ...this.#waiting.keys()) + 1;
    await this.#readTaken();
  }

  /** Reads taken.jsonl, and drops the records of files that no longer exist. */
  async #readTaken(): Promise<void> {
    const path = join(this.directory, "taken.jsonl");
    const lines = await readJsonFileLines(path);
    for (const line of lines) {
      const file = checkJsonFile(line, takenSchema, path);
      if (await exists(file.path)) this.#taken.set(file.path, file);
    }
    if (lines.length === this.#taken.size) return;
    await writeFileAtomic(path, [...this.#taken.values()].map((file) => `${JSON.stringify(file)}\n`).join(""));
  }

  async #finishRefusal(number: number): Promise<void> {
    await rename(this.#path("waiting", number, "body"), this.#path("refused", number, "body"));
    await rm(this.#path("waiting", number, "json"), { force: true });
  }

  #remember(number: number, facts: SpooledFacts, bytes: number): SpooledBatch {
    const batch = { ...facts, number, bytes };
    this.#waiting.set(number, batch);
    this.#known.add(spooledKey(facts.stream, facts.batch_id));
    this.#bytes += bytes;
    return batch;
  }

  #forget({ number, bytes }: SpooledBatch): void {
    if (this.#waiting.delete(number)) this.#bytes -= bytes;
  }

  async #numbers(folder: string, ending: string): Promise<number[]> {
    const names = await readdir(join(this.directory, folder));
    const found = names.flatMap((name) => {
      const number = new RegExp(`^(\\d+)\\.${ending}$`).exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
    return found.sort((a, b) => a - b);
  }

  #path(folder: string, number: number, ending: string): string {
    return join(resolve(this.directory), folder, `${String(number).padStart(12, "0")}.${ending}`);
  }
}

function spooledKey(stream: string, batchId: string): string {
  return JSON.stringify([stream, batchId]);
}

/** Copies a file, and transforms its content if a transformation is given. */
export async function copyToSpool(from: string, to: string, transform?: NodeJS.ReadWriteStream): Promise<void> {
  const [source, target] = [createReadStream(from), createWriteStream(to, { flags: "wx" })];
  await (transform === undefined ? pipeline(source, target) : pipeline(source, transform, target));
}
