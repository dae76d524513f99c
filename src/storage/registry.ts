// registry.json in a folder of model folders: the current and earlier champions of each line, the order of its versions, and the
// models that were added to the line by name. A promotion, rollback or addition takes effect when this small file is replaced
// with a single rename. Each version keeps its own baseline, references and ledger in its folder, so these are still available
// after a rollback.

import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { writeFileAtomic } from "./atomic-file.ts";
import { exists } from "./exists.ts";
import { jsonFileText, readJsonFile } from "./json-file.ts";
import { waitForLock } from "./lock.ts";
import { isPlainName } from "./plain-name.ts";

export interface RegistryLine {
  /**
   * Folder names of the champions, oldest first; the last one is the current champion, and `rollback` returns to the previous
   * one.
   */
  champions: string[];
  /**
   * Folder names of models that were added to the line. The first version and retrained models always belong to the line.
   */
  members?: string[];
  /** Folder names in the order of their version numbers; recorded when a number is used for the first time. */
  versions?: string[];
  /** Promotions and rollbacks, oldest first. */
  log: { at: string; action: "promote" | "rollback"; champion: string }[];
}

export interface Registry {
  schema_version: 1;
  lines: Record<string, RegistryLine>;
}

const name = z.string().min(1).refine(isPlainName, "expected the name of a folder in the same directory");

export const registrySchema: z.ZodType<Registry> = z.looseObject({
  schema_version: z.literal(1),
  lines: z
    .record(
      name,
      z.looseObject({
        champions: z
          .array(name)
          .min(1)
          .describe("folder names; the last is the champion, and rollback returns to the one before it"),
        members: z
          .array(name)
          .exactOptional()
          .describe(
            "folder names of models that joined the line; the first version and retrained ones belong to it anyway",
          ),
        versions: z
          .array(name)
          .exactOptional()
          .describe(
            "folder names in the order of their numbers, as in walk@3; recorded when a number is used for the first time",
          ),
        log: z.array(z.looseObject({ at: z.iso.datetime(), action: z.enum(["promote", "rollback"]), champion: name })),
      }),
    )
    .describe("lines by the name that all their versions share, which is the name of the first version's folder"),
});

export const registryFile = "registry.json";

/** The registry of a directory; empty if the file does not exist. */
export async function readRegistry(directory: string): Promise<Registry> {
  const path = join(directory, registryFile);
  if (!(await exists(path))) return { schema_version: 1, lines: {} };
  return readJsonFile(path, registrySchema);
}

/** The line with this name; undefined if it does not exist, even if the name is a property of every object. */
export function lineOfRegistry({ lines }: Registry, line: string): RegistryLine | undefined {
  return Object.hasOwn(lines, line) ? lines[line] : undefined;
}

/**
 * A model's line: the line that it was added to, otherwise the line of the model from which it was retrained, otherwise its own
 * line.
 * @param retrainedLine the line in the manifest of a retrained model
 */
export function registryLineOfModel({ lines }: Registry, model: string, retrainedLine: string | undefined): string {
  const joined = Object.entries(lines).find(([, { members = [] }]) => members.includes(model))?.[0];
  return joined ?? retrainedLine ?? model;
}

/** Maximum time to wait for another process, whose change takes only milliseconds. */
const lockPatienceMs = 10_000;

/**
 * Reads, changes and replaces the registry. Only one process at a time can do so.
 * @throws UserError if another process does not release the registry in time. If `change` throws, nothing is written and the
 *   error is passed on
 */
export async function changeRegistry<T>(directory: string, change: (registry: Registry) => T): Promise<T> {
  const lock = await waitForLock(directory, lockPatienceMs);
  if (!lock.held) {
    throw new UserError(`${directory}: ${lock.holder} is changing its registry`, {
      advice: `Try again when that process has finished. Its lock is ${lock.flag}`,
    });
  }
  try {
    const registry = structuredClone(await readRegistry(directory));
    const result = change(registry);
    await writeFileAtomic(join(directory, registryFile), jsonFileText(registrySchema.parse(registry)));
    return result;
  } finally {
    await lock.release();
  }
}

/** The suffix that stands for the champion of a line, as in models/walk@champion. */
export const championSuffix = "@champion";
