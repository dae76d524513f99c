// The model folder: a complete trained model in one directory that can be copied, checked and served. All files in the manifest
// except `rolling_reference.json` are immutable, and are checked whenever the folder is opened. rolling_reference.json changes
// as production batches are checked, so the manifest contains only the hash of its initial content, in a separate list. Files
// that are not in the manifest are ignored, because other commands also store their state in the folder.
import { constants } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { explainSystemErrorOnRead, hasSystemErrorCode } from "../system-error.ts";
import { temporaryBeside } from "../temporary-file.ts";
import { replaceFileAtomic, writeFileAtomic } from "./atomic-file.ts";
import { fileInside, pathInside } from "./file-inside.ts";
import { createAndFlushDirectory, flushDirectory } from "./flush.ts";
import { sha256File } from "./hash.ts";
import { checkJsonFile, jsonFileText, readJson } from "./json-file.ts";
import { type Labels, labelsFileFaults, labelsSchema } from "./labels.ts";
import { changedManifestFile, type Manifest, manifestHashes, readManifest, sealManifest } from "./manifest.ts";
import { monitorFile } from "./monitor-database.ts";
import { checkOutFolder } from "./out-folder.ts";

/** The names of the files in a model folder. */
export const modelFiles = {
  manifest: "manifest.json",
  network: "model.onnx",
  scaler: "scaler.json",
  labels: "labels.json",
  baseline: "baseline_stats.json",
  device: "device.json",
  rollingReference: "rolling_reference.json",
  cvReport: "cv_report.json",
  outOfFold: "out_of_fold.parquet",
  history: "history.jsonl",
  report: "report.html",
  learningCurves: "learning-curves.svg",
  confusionMatrix: "confusion-matrix.svg",
  mlflowModel: "MLmodel",
  mlflowCode: "mlflow_model.py",
  requirements: "requirements.txt",
  pythonEnv: "python_env.yaml",
} as const;

/** Additional file in the folder of a retrained model. */
export const retrainReportFile = "retrain_report.json";

/** The source of a user's own network, kept as a record; it is never executed. */
export const ownNetworkFiles = { ts: "network.ts", js: "network.js" } as const;

/** The log of the training run for a tracking server; the manifest does not contain its hash. */
export const trackingFile = "tracking.jsonl";

/** Drawings of windows. The examples show raw signals, so the file is not listed in the manifest and is never sent. */
export const examplesFile = "examples.html";

const mutableFiles: readonly string[] = [modelFiles.rollingReference];

/** Files that every model needs; the manifest contains a hash of each. */
const neededFiles: readonly string[] = [modelFiles.network, modelFiles.scaler, modelFiles.labels, modelFiles.baseline];

/** All files that are read or written in the folder, whether or not the manifest contains their hashes. */
const usedFiles: readonly string[] = [
  ...Object.values(modelFiles),
  ...Object.values(ownNetworkFiles),
  retrainReportFile,
  trackingFile,
  examplesFile,
  monitorFile,
  `${monitorFile}-wal`,
  `${monitorFile}-shm`,
];

/** The part of the manifest that the caller supplies; the rest is computed from the files. */
export type ManifestInput = Omit<
  Manifest,
  "schema_version" | "files" | "replacing" | "mutable_files" | "manifest_hash"
>;

/** Content of a file in a model folder: text, bytes, or an existing file to copy. */
export type FileContent = string | Uint8Array | { readonly path: string };

/** A model folder whose immutable files match its manifest. */
export interface ModelFolder {
  /** Path of the folder, as given by the user. */
  readonly directory: string;
  /** The manifest, checked against the files. */
  readonly manifest: Manifest;
  /** The classes. */
  readonly labels: Labels;
  /** The path of a file in the folder. */
  path(name: string): string;
}

/**
 * Writes a complete model folder: first into `staging` (on the same file system; by default a hidden directory next to `out`),
 * with every file flushed, then to `out` with a single rename.
 *
 * @param options `unlisted` files are in the folder, but not in the manifest
 * @returns the manifest as written
 * @throws UserError if `out` is neither new nor an empty directory
 */
export async function writeModelFolder(
  out: string,
  input: ManifestInput,
  files: Readonly<Record<string, FileContent>>,
  options: { staging?: string; unlisted?: Readonly<Record<string, FileContent>> } = {},
): Promise<Manifest> {
  const parent = dirname(resolve(out));
  const staging = options.staging ?? temporaryBeside(resolve(out));
  await checkOutFolder(out);
  await rm(staging, { recursive: true, force: true });
  await createAndFlushDirectory(dirname(staging));
  await mkdir(staging);
  try {
    for (const [name, content] of Object.entries(files)) await putInModelFolder(join(staging, name), content);
    for (const [name, content] of Object.entries(options.unlisted ?? {}))
      await putInModelFolder(join(staging, name), content);
    const hashes: [string, string][] = [];
    for (const name of Object.keys(files)) hashes.push([name, await sha256File(join(staging, name))]);
    const manifest = sealManifest({
      schema_version: 1,
      ...input,
      files: Object.fromEntries(hashes.filter(([name]) => !mutableFiles.includes(name))),
      mutable_files: Object.fromEntries(hashes.filter(([name]) => mutableFiles.includes(name))),
    });
    await writeFileAtomic(join(staging, modelFiles.manifest), jsonFileText(manifest));
    await createAndFlushDirectory(parent);
    await removeEmptyModelFolder(out);
    await rename(staging, out);
    await flushDirectory(parent);
    return manifest;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Opens a model folder. First checks that each immutable file matches its hash in the manifest, and that no link leads out of
 * the folder.
 *
 * @throws UserError if it is not a model folder, or a file is missing or modified; the message names the file, the expected
 *   hash and the hash found
 */
export async function openModelFolder(directory: string): Promise<ModelFolder> {
  const manifest = await manifestOfModelFolder(directory);
  await refuseLinksInModelFolder(directory);
  const path = join(directory, modelFiles.labels);
  const labels = checkJsonFile(await readJson(path), labelsSchema, path);
  const faults = labelsFileFaults(labels, manifest.data.classes);
  if (faults.length > 0) throw unfitFileInModelFolder(path, faults);
  return { directory, manifest, labels, path: (name) => join(directory, name) };
}

/** The manifest, once its hashes have been compared with the files. */
async function manifestOfModelFolder(directory: string): Promise<Manifest> {
  let manifest = await readManifest(directory);
  for (;;) {
    const changed = await changedModelFolderFile(directory, manifest);
    if (changed === null) return manifest;
    // Another process may have replaced a file, and the manifest with it, since the manifest was read.
    const { manifest_hash: before } = manifest;
    manifest = await readManifest(directory);
    if (manifest.manifest_hash === before) throw changed;
  }
}

/** The error for the first file whose hash differs from the one in the manifest; null if there is none. */
async function changedModelFolderFile(directory: string, manifest: Manifest): Promise<UserError | null> {
  for (const name of neededFiles) {
    if (Object.hasOwn(manifest.files, name)) continue;
    throw new UserError(`model ${directory}: its manifest.json has no hash of ${name}, which is part of every model`, {
      advice: "Restore the model folder from a copy, or train again.",
    });
  }
  for (const [name, expected] of Object.entries(manifest.files)) {
    const path = await fileInside(directory, name);
    const found = path === null ? null : await hashModelFolderFile(path);
    if (found === null || !manifestHashes(manifest, name).includes(found))
      return changedManifestFile(directory, name, expected, found);
  }
  return null;
}

/** The error for a file that matches its hash but contradicts the rest of the folder. */
export function unfitFileInModelFolder(path: string, faults: readonly string[]): UserError {
  return new UserError(`${path} cannot be used:`, {
    details: faults,
    advice: "The file is written once, together with the model. Restore the model folder from a copy, or train again.",
  });
}

async function putInModelFolder(path: string, content: FileContent): Promise<void> {
  if (typeof content === "string" || content instanceof Uint8Array) return writeFileAtomic(path, content);
  await replaceFileAtomic(path, (temporary) => copyFile(content.path, temporary, constants.COPYFILE_FICLONE));
}

/** @throws UserError if any file that is read or written in a model folder is a link that leads out of the folder */
export async function refuseLinksInModelFolder(directory: string): Promise<void> {
  for (const name of [...usedFiles, ...(await linksInModelFolder(directory, "streams"))])
    await pathInside(directory, name);
}

/** Finds links in a subdirectory of the folder. */
async function linksInModelFolder(directory: string, name: string): Promise<string[]> {
  if ((await pathInside(directory, name)) === null) return [];
  const path = join(directory, name);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw explainSystemErrorOnRead(error, path);
  });
  return entries.filter((entry) => entry.isSymbolicLink()).map((entry) => `${name}/${entry.name}`);
}

async function hashModelFolderFile(path: string): Promise<string> {
  try {
    return await sha256File(path);
  } catch (error) {
    throw explainSystemErrorOnRead(error, path);
  }
}

/** Removes an empty directory, if it exists. If the directory is not empty, throws the system error and removes nothing. */
async function removeEmptyModelFolder(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!hasSystemErrorCode(error, "ENOENT")) throw error;
  }
}
