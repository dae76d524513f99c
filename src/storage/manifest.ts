// manifest.json describes a model: the data, options and software from which it was made, and the hashes of the model's files.
// The manifest also contains its own hash, computed over its canonical JSON without this field.
import { resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import type { Versions } from "../versions.ts";
import { exists } from "./exists.ts";
import { fileInside } from "./file-inside.ts";
import { canonicalJsonToHash, hashSchema, sha256Bytes } from "./hash.ts";
import { checkJsonFile, readJson } from "./json-file.ts";
import { isPlainName, isPlainPath } from "./plain-name.ts";
import { refuseLaterSchemaVersion } from "./schema-version.ts";
import { type StoredConfig, storedConfigSchema, storedConfigWindowFault } from "./stored-config.ts";

/** The content of manifest.json: a description of the model, its origin, and the hashes of its files. */
export interface Manifest {
  schema_version: 1;
  /** Tidemark version that wrote the folder. */
  tidemark_version: string;
  /** Name of this version, built from the folder's name, the time and a hash of the content. */
  model_version: string;
  /** When the model was trained; ISO 8601, UTC. */
  created_at: string;
  /** The training run's options, with defaults filled in. */
  config: StoredConfig;
  /** The training data. */
  data: {
    /** The files. */
    files: string[];
    /** Hash of the content. */
    fingerprint: string;
    /** Number of rows. */
    rows: number;
    /** The people. */
    users: string[];
    /** Class names, in the order of the network's outputs. */
    classes: string[];
    /** Channel names, in the order of the network's inputs. */
    channels: string[];
    /** The sensors with their channels; absent in models from earlier versions. */
    sensors?: {
      /** Prefix of the signals computed from the sensor. */
      name: string;
      /** What the sensor measures. */
      kind: string;
      /** Channel names of the x, y and z axes. */
      channels: string[];
      /** Unit of the channels; null if unknown. */
      unit: string | null;
      /** Whether the accelerometer measures gravity at rest; null if unknown, and for other kinds of sensors. */
      gravity: boolean | null;
    }[];
    /**
     * The class of each label listed by `--map` or `--exclude`, or null if the label was excluded; absent if no label was
     * listed.
     */
    label_map?: Record<string, string | null>;
    /** Unit conversions that were applied to the values in the files; absent if there are none. */
    conversions?: {
      /** The converted channels. */
      channels: string[];
      /** Unit in the files. */
      from: string;
      /** Unit after the conversion. */
      to: string;
      /** Factor by which the values are multiplied. */
      factor: number;
      /** The people whose recordings were converted; absent if all recordings were converted. */
      people?: string[];
    }[];
  };
  /** Origin of a model made by `tidemark retrain`. */
  retrained_from?: RetrainedFrom;
  /** Versions of the software that trained the model. */
  versions: Versions;
  /** Git commit of the directory in which the command ran; null outside a repository. */
  git_commit: string | null;
  /** The most recent recalibration of the baseline, if there was one. */
  recalibrated?: {
    /** When the baseline was recalibrated; ISO 8601, UTC. */
    at: string;
    /** Tidemark version that recalibrated. */
    tidemark_version: string;
  };
  /** Hashes of the immutable files, by file name. */
  files: Record<string, string>;
  /** While a file is being replaced: the hash of its new content, which is as valid as the hash in `files`. */
  replacing?: Record<string, string>;
  /** Hash of the initial content of each mutable file, by file name. */
  mutable_files: Record<string, string>;
  /** "sha256:" and 64 hexadecimal digits: the hash of the rest of the file. */
  manifest_hash: string;
}

/** Origin of a retrained model. */
export interface RetrainedFrom {
  /** Version of the model from which `retrain` started. */
  model_version: string;
  /** Folder of that model, as given by the user. */
  model: string;
  /** The name shared by all versions of the line. */
  line: string;
  /** Unlabelled recordings. */
  files: string[];
  /** Fingerprint of the unlabelled recordings. */
  fingerprint: string;
  /** Number of pseudo-labelled windows in the training data. */
  pseudo_labelled: number;
  /** The holdout: labelled people on whom neither network was trained. */
  holdout: string[];
}

const names = z
  .array(
    z
      .string()
      .min(1)
      .refine((name) => name !== "__proto__", "expected a name that can be used as a key"),
  )
  .refine((items) => new Set(items).size === items.length, "expected distinct names");
const sensorsSchema = z
  .array(
    z.looseObject({
      name: z.string().min(1).describe("Prefix of the names of signals that are computed from the sensor."),
      kind: z.string().describe("accelerometer, gravity, gyroscope, magnetometer or unknown"),
      channels: names.length(3).describe("Channels of the axes x, y and z."),
      unit: z.string().nullable().describe("Unit, such as m/s^2; null if unknown."),
      gravity: z
        .boolean()
        .nullable()
        .describe(
          "Whether the accelerometer measures gravity when it is at rest; null if unknown, and for other kinds.",
        ),
    }),
  )
  .refine(
    (sensors) => new Set(sensors.map(({ name }) => name)).size === sensors.length,
    "expected sensors with distinct names",
  )
  .describe("The sensors with their channels; absent from models of earlier versions.");
const conversionsSchema = z
  .array(
    z.looseObject({
      channels: names.describe("Names of the channels."),
      from: z.string().describe("Unit in the files."),
      to: z.string().describe("Unit in which the network was trained."),
      factor: z.number().positive().describe("Factor by which the values are multiplied."),
      people: z
        .array(z.string())
        .describe("The people whose recordings were converted; absent if all recordings were.")
        .exactOptional(),
    }),
  )
  .describe("Unit conversions that were applied to the values in the files; absent if there were none.");
const fileHashes = z.record(
  z.string().refine(isPlainPath, "expected the name of a file inside the model folder"),
  hashSchema,
);

export const manifestSchema: z.ZodType<Manifest> = z.looseObject({
  schema_version: z.literal(1),
  tidemark_version: z.string(),
  model_version: z.string().min(1).describe("Name of this model in all other files, such as baseline_stats.json."),
  created_at: z.iso.datetime().describe("When the model was trained; ISO 8601, UTC."),
  config: storedConfigSchema,
  data: z.looseObject({
    files: z.array(z.string()),
    fingerprint: hashSchema.describe("Hash of the recordings' content, independent of the file format."),
    rows: z.int().nonnegative(),
    users: z.array(z.string()),
    classes: names.min(2).describe("Class names, in the order of the network's outputs."),
    channels: names.min(1).describe("Channel names, in the order of the network's inputs."),
    sensors: sensorsSchema.exactOptional(),
    label_map: z
      .record(z.string(), z.string().nullable())
      .describe(
        "The class of each label that --map or --exclude listed, null if the label was left out; absent if no label " +
          "was listed.",
      )
      .exactOptional(),
    conversions: conversionsSchema.exactOptional(),
  }),
  retrained_from: z
    .looseObject({
      model_version: z.string(),
      model: z.string(),
      line: z.string().refine(isPlainName, "expected the name of a folder"),
      files: z.array(z.string()),
      fingerprint: hashSchema,
      pseudo_labelled: z.int().min(0),
      holdout: z.array(z.string()),
    })
    .describe("The model from which `tidemark retrain` started; absent if `tidemark train` made this model.")
    .exactOptional(),
  versions: z.looseObject({ tidemark: z.string(), node: z.string(), onnxruntime: z.string(), duckdb: z.string() }),
  git_commit: z
    .string()
    .nullable()
    .describe("Git commit of the directory in which the command ran; null outside a repository."),
  recalibrated: z
    .looseObject({
      at: z.iso.datetime().describe("When the baseline was recalibrated; ISO 8601, UTC."),
      tidemark_version: z.string(),
    })
    .describe("The last `tidemark baseline recalibrate`; absent if there was none.")
    .exactOptional(),
  files: fileHashes.describe("Hash of each immutable file; checked on every load."),
  replacing: fileHashes
    .describe("While a file is being replaced: hash of its new content, which is as valid as the hash in files.")
    .exactOptional(),
  mutable_files: fileHashes.describe("Hash of the initial content of each mutable file."),
  manifest_hash: hashSchema.describe("Hash of the canonical JSON of the rest of this file."),
});

const fileName = "manifest.json";

/** Fills in `manifest_hash`. */
export function sealManifest(unsealed: Omit<Manifest, "manifest_hash">): Manifest {
  return manifestSchema.parse({ ...unsealed, manifest_hash: sha256Bytes(canonicalJsonToHash(unsealed)) });
}

/**
 * Reads and checks only the manifest of a model folder.
 *
 * @throws UserError if there is no manifest, or if it is malformed or has been modified since training
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = await fileInside(directory, fileName);
  if (path === null) {
    throw new UserError(`${directory}: expected a model folder, found no ${fileName} in it`, {
      advice: (await exists(`${resolve(directory)}.partial`))
        ? "The training of this model has not finished. If the training was interrupted, run the train command again with --resume."
        : "Give the folder that `tidemark train --out DIR` wrote.",
    });
  }
  const value = await readJson(path);
  const manifest = parseManifest(value, path);
  // The hash covers the rest of the file, including keys that this version does not know.
  const { manifest_hash: expected, ...unsealed } = value as Manifest;
  const found = sha256Bytes(canonicalJsonToHash(unsealed));
  if (found !== expected) throw changedManifestFile(directory, fileName, expected, found);
  return manifest;
}

/**
 * Parses the content of a manifest.json, without checking its hash.
 * @throws UserError if the content is invalid or has a newer schema version; the message names up to 20 invalid fields
 */
function parseManifest(value: unknown, path: string): Manifest {
  const { tidemark_version: wrote } = typeof value === "object" && value !== null ? (value as Partial<Manifest>) : {};
  refuseLaterSchemaVersion(value, path, wrote);
  const manifest = checkJsonFile(value, manifestSchema, path);
  const { channels, sensors = [] } = manifest.data;
  const foreign = sensors.flatMap((sensor) => sensor.channels).find((name) => !channels.includes(name));
  if (foreign !== undefined) {
    throw new UserError(`${path}: data.sensors: the channel ${JSON.stringify(foreign)} is not in data.channels`, {
      advice: "Restore the model folder from a copy, or train again.",
    });
  }
  const large = storedConfigWindowFault(manifest.config.window, manifest.data.channels.length);
  if (large === null) return manifest;
  throw new UserError(`${path}: ${large}`, { advice: "Restore the model folder from a copy, or train again." });
}

/** The hashes that a file's content may have; empty if the manifest does not list the file. */
export function manifestHashes({ files, replacing = {}, mutable_files }: Manifest, name: string): string[] {
  return [files, replacing, mutable_files].flatMap((hashes) => (Object.hasOwn(hashes, name) ? hashes[name]! : []));
}

/** The error for a file that differs from the one that was written; `found` is null if the file is missing. */
export function changedManifestFile(
  directory: string,
  name: string,
  expected: string,
  found: string | null,
): UserError {
  const state = found === null ? "is missing" : "was changed after training";
  return new UserError(`model ${directory}: ${name} ${state}`, {
    details: [`expected ${expected}`, `found    ${found ?? "no file"}`],
    advice: "Restore the file from a copy of the model folder, or train again. Model files must not be edited by hand.",
  });
}
