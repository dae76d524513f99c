// Resolves the names that users give to refer to models.

import { basename, dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { shellCommand } from "../shell-words.ts";
import { exists } from "./exists.ts";
import { folderOfVersion, parseVersionName } from "./model-versions.ts";
import { championSuffix, lineOfRegistry, readRegistry } from "./registry.ts";

/**
 * Resolves a user's name for a model: a path, DIR/LINE@champion, or DIR/LINE@3 for version 3 of a line.
 * @throws UserError if the line or the version does not exist
 */
export async function resolveModel(model: string): Promise<string> {
  if (!model.endsWith(championSuffix)) return resolveVersion(model);
  const path = model.slice(0, -championSuffix.length);
  const [directory, line] = [dirname(path), basename(path)];
  const champion = lineOfRegistry(await readRegistry(directory), line)?.champions.at(-1);
  if (champion !== undefined) return join(directory, champion);
  // If no version has ever been promoted, the line's first version is its champion.
  if (await exists(join(path, "manifest.json"))) return path;
  throw new UserError(`${model}: ${directory} has no line of models named ${JSON.stringify(line)}`, {
    advice: `List the lines and their models: ${shellCommand("tidemark", "models", "list", "--dir", directory)}`,
  });
}

async function resolveVersion(model: string): Promise<string> {
  const [directory, version] = [dirname(model), parseVersionName(basename(model))];
  if (version === null || (await exists(model)) || !(await exists(directory))) return model;
  const folder = await folderOfVersion(directory, version);
  if (folder !== null) return join(directory, folder);
  const { line, number } = version;
  throw new UserError(
    `${model}: the folder ${directory} has no version ${number} of a line named ${JSON.stringify(line)}`,
    {
      advice: `List the lines and their versions: ${shellCommand("tidemark", "models", "list", "--dir", directory)}`,
    },
  );
}
