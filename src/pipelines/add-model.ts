// `tidemark models add` and `train --as`: adds an independently trained model to a line, and compares it with the line's
// champion on the people who were in the cross-validation of both. The champion remains the same.

import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { openWatchedModel } from "../monitoring/streams/watched-model.ts";
import type { Reporter } from "../reporter.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { exists } from "../storage/exists.ts";
import { modelFiles } from "../storage/model-folder.ts";
import { isPlainName } from "../storage/plain-name.ts";
import { changeRegistry, lineOfRegistry, readRegistry, registryLineOfModel } from "../storage/registry.ts";
import { resolveModel } from "../storage/resolve-model.ts";
import { type ComparedModels, compareModels } from "./compare-models.ts";
import { listModels } from "./models.ts";

/** A model that has been added to a line. */
export interface JoinedLine {
  /** Name of the model line. */
  readonly line: string;
  /** The model's folder name. */
  readonly model: string;
  /** Folder name of the line's current champion. */
  readonly champion: string;
  /** Comparison with the champion; null if the model is the champion of a new line. */
  readonly comparison: ComparedModels | null;
  /** Differences from the champion that users of the line should know about. */
  readonly warnings: readonly string[];
}

/**
 * Adds a model to a line of the same directory. The first model of a new line becomes its champion.
 *
 * @param model a model folder
 * @param line name of an existing line (the folder name of its first version) or of a new one
 * @throws UserError if the folder is not a valid model, a name is not allowed, or the model already belongs to another line
 */
export async function addModel(
  model: string,
  line: string,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<JoinedLine> {
  const directory = resolve(await resolveModel(model));
  await openWatchedModel(directory);
  const [parent, name] = [dirname(directory), basename(directory)];
  await checkModelToAdd(directory, line);
  const hasFirst = await isModelFolderToAdd(join(parent, line));
  const champion = await changeRegistry(parent, (registry) => {
    const own = lineOfRegistry(registry, line) ?? { champions: [hasFirst ? line : name], log: [] };
    const members = own.members ?? [];
    registry.lines[line] = {
      ...own,
      ...(name !== line && { members: [...members.filter((other) => other !== name), name] }),
    };
    return own.champions.at(-1)!;
  });
  if (champion === name) return { line, model: name, champion, comparison: null, warnings: [] };
  const { compared, warnings } = await compareModels({ models: [join(parent, champion), directory] }, run);
  return { line, model: name, champion, comparison: compared[0]!, warnings };
}

/**
 * Checks that a model at this path, which need not exist yet, may be added to the line.
 * @throws UserError if a name is not allowed, `line` is a version of another line, or the model belongs to another line
 */
export async function checkModelToAdd(model: string, line: string): Promise<void> {
  const directory = resolve(model);
  const [parent, name] = [dirname(directory), basename(directory)];
  const list = `List the lines: ${shellCommand("tidemark", "models", "list", "--dir", shellPath(parent))}`;
  if (!isPlainName(line)) {
    throw new UserError(`--as ${line}: expected the name of a line of models, without a path`, { advice: list });
  }
  if (!isPlainName(name)) {
    throw new UserError(`${model}: expected a folder whose name contains no control characters`, {
      advice: "Rename the folder.",
    });
  }
  if (!(await exists(parent))) return;
  const registry = await readRegistry(parent);
  const versions = await listModels(parent);
  const lineOf = (other: string): string | undefined => versions.find((version) => version.name === other)?.line;
  const lineOfFirst = lineOf(line) ?? line;
  if (lineOfFirst !== line) {
    throw new UserError(`--as ${line}: ${line} is a version of the line ${lineOfFirst}`, {
      advice: `Use --as ${lineOfFirst}.`,
    });
  }
  const present = lineOf(name) ?? registryLineOfModel(registry, name, undefined);
  if (present === line) return;
  const hasOtherVersions = versions.some((version) => version.line === present && version.name !== name);
  if (present !== name || hasOtherVersions || lineOfRegistry(registry, present) !== undefined) {
    throw new UserError(`${model}: expected a model that belongs to no other line, but it is in the line ${present}`, {
      advice: list,
    });
  }
}

function isModelFolderToAdd(directory: string): Promise<boolean> {
  return exists(join(directory, modelFiles.manifest));
}
