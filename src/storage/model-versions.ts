// The version numbers in a model line, as in models/walk@3. Versions are numbered from oldest to newest. When a number is first
// used, the order is written to the registry, so the numbers stay the same even if folders are deleted or join the line later.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { explainSystemError } from "../system-error.ts";
import { exists } from "./exists.ts";
import { readManifest } from "./manifest.ts";
import { modelFiles } from "./model-folder.ts";
import { changeRegistry, lineOfRegistry, type Registry, readRegistry, registryLineOfModel } from "./registry.ts";

/** A version as users write it, such as walk@3. */
export interface NumberedVersion {
  readonly line: string;
  /** Counted from 1. */
  readonly number: number;
}

/** Parses a name such as walk@3; null if the name is not of this form. */
export function parseVersionName(name: string): NumberedVersion | null {
  const [, line, number] = /^(.+)@([1-9]\d{0,5})$/.exec(name) ?? [];
  return line === undefined ? null : { line, number: Number(number) };
}

/** The properties of a model on which its number depends. */
export interface AgedVersion {
  readonly name: string;
  /** When the model was trained; ISO 8601, UTC. */
  readonly createdAt: string;
}

/** Names of the folders in the order of their numbers; deleted folders keep their positions. */
export function numberedVersions(
  registry: Registry,
  line: string,
  versions: readonly AgedVersion[],
): readonly string[] {
  const known = lineOfRegistry(registry, line)?.versions ?? [];
  const later = versions
    .filter(({ name }) => !known.includes(name))
    .sort((a, b) => (a.createdAt === b.createdAt ? (a.name < b.name ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1));
  return [...known, ...later.map(({ name }) => name)];
}

/** The folder name; null if the line has no such version. */
export async function folderOfVersion(directory: string, { line, number }: NumberedVersion): Promise<string | null> {
  const registry = await readRegistry(directory);
  const known = lineOfRegistry(registry, line)?.versions?.[number - 1];
  if (known !== undefined) return known;
  const present = await modelVersionsOfLine(directory, registry, line);
  const found = numberedVersions(registry, line, present)[number - 1];
  if (found === undefined) return null;
  try {
    return await changeRegistry(directory, (changed) => {
      const before = lineOfRegistry(changed, line) ?? { champions: [line], log: [] };
      const versions = [...numberedVersions(changed, line, present)];
      changed.lines[line] = { ...before, versions };
      return versions[number - 1] ?? null;
    });
  } catch (error) {
    // If a folder cannot be written to, its set of versions cannot change either.
    if (error instanceof UserError || explainSystemError(error) !== undefined) return found;
    throw error;
  }
}

async function modelVersionsOfLine(directory: string, registry: Registry, line: string): Promise<AgedVersion[]> {
  const versions: AgedVersion[] = [];
  for (const name of await readdir(directory)) {
    if (!(await exists(join(directory, name, modelFiles.manifest)))) continue;
    const manifest = await readManifest(join(directory, name)).catch((error: unknown) => {
      if (error instanceof UserError) return null;
      throw error;
    });
    if (manifest === null || registryLineOfModel(registry, name, manifest.retrained_from?.line) !== line) continue;
    versions.push({ name, createdAt: manifest.created_at });
  }
  return versions;
}
