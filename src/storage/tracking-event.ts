// The events of a run for a tracking server; each event is one line in tracking.jsonl. The file is written before anything is
// sent, so its events can be sent again at any time. Sending some or all of the events again does not change the server's
// state.

import { z } from "zod";

/** Artifact folder that contains a model that can be registered. */
export const modelArtifact = "model";

/** Tag that identifies the run, on every server. */
export const runTag = "tidemark.run";
/** Tag that marks a run whose complete log has reached the server. */
export const completeTag = "tidemark.complete";
export const parentTag = "mlflow.parentRunId";
const ownTags: readonly string[] = [runTag, completeTag, parentTag];

/** MLflow's statuses. */
export type RunStatus = "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

export interface TrackedDataset {
  readonly name: string;
  readonly digest: string;
  readonly files: readonly string[];
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: "float" | "string" }[];
}

/**
 * One of:
 * - `log`: the first line of the file. `id` distinguishes its runs from all other runs on any server
 * - `run`: starts a run. Events refer to it by `run`, which is unique in the log
 * - `params`, `tags`, `metrics`, `dataset`, `artifact`: belong to a run. An artifact's `file` is relative to the log's folder;
 *   `content` is present if the file changes later. Metrics with `model` also describe the run's logged model
 * - `model`: the artifacts under `path` are a logged model of MLflow 3: `PENDING` before them, `READY` after them
 * - `status`: a run has ended, or continues
 * - `version`: the artifacts under `path` become a version of the registered model `name`
 * - `complete`: the end of the log; sent once all earlier events have been sent, unless the server rejected one or a value
 * could not be sent
 *
 * Times are milliseconds since 1970.
 */
export type TrackingEvent =
  | { type: "log"; id: string; experiment: string }
  | { type: "run"; run: string; name: string; parent: string | null; at: number; tags: Record<string, string> }
  | { type: "params"; run: string; params: Record<string, string> }
  | { type: "tags"; run: string; tags: Record<string, string> }
  | { type: "metrics"; run: string; at: number; step: number; values: Record<string, number>; model?: true }
  | { type: "dataset"; run: string; dataset: TrackedDataset }
  | { type: "artifact"; run: string; file: string; path: string; content?: string }
  | { type: "model"; run: string; path: string; status: "PENDING" | "READY"; tags?: Record<string, string> }
  | { type: "status"; run: string; status: RunStatus; at: number }
  | {
      type: "version";
      run: string;
      name: string;
      alias: string | null;
      path: string;
      /** Markdown; absent from logs of earlier versions, as are the tags. */
      description?: string;
      tags?: Record<string, string>;
    }
  | { type: "complete"; run: string };

/** Longer than anything that training writes; servers truncate or reject even shorter strings. */
const longest = { name: 1000, text: 4_000_000, entries: 10_000, files: 200_000 } as const;

const name = z.string().max(longest.name);
const text = z.string().max(longest.text);

/** A record with a maximum number of entries. */
function trackingEventRecord<T>(value: z.ZodType<T>): z.ZodType<Record<string, T>> {
  return z
    .record(name, value)
    .refine((record) => Object.keys(record).length <= longest.entries, `expected at most ${longest.entries} entries`);
}

/** Tags that identify runs may only be set by the sender. */
const tags = trackingEventRecord(text).refine(
  (record) => !ownTags.some((tag) => Object.hasOwn(record, tag)),
  `${ownTags.join(", ")}: a log must not set these tags`,
);

/** Files are at the top level of the folder, and their names contain no separator of any system. */
const fileName = z
  .string()
  .max(255)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern rejects them
  .regex(/^(?!\.{1,2}$)[^/\\:\u0000-\u001f\u007f]+$/, "expected the plain name of a file in this folder");
/** JSON writes non-finite numbers as null. */
const metric = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const run = name.min(1);
const at = z.int().min(0);

export const trackingEventSchema: z.ZodType<TrackingEvent> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("log"), id: name.min(1), experiment: name.min(1) }),
  z.object({ type: z.literal("run"), run, name, parent: run.nullable(), at, tags }),
  z.object({ type: z.literal("params"), run, params: trackingEventRecord(text) }),
  z.object({ type: z.literal("tags"), run, tags }),
  z.object({
    type: z.literal("metrics"),
    run,
    at,
    step: z.int(),
    values: trackingEventRecord(metric),
    model: z.literal(true).exactOptional(),
  }),
  z.object({
    type: z.literal("dataset"),
    run,
    dataset: z.object({
      name,
      digest: name,
      files: z.array(text).max(longest.files),
      rows: z.int().min(0),
      columns: z.array(z.object({ name, type: z.enum(["float", "string"]) })).max(longest.entries),
    }),
  }),
  z
    .object({ type: z.literal("artifact"), run, file: fileName, path: z.string(), content: text.exactOptional() })
    .refine(({ file, path }) => path === file || path === `${modelArtifact}/${file}`, {
      path: ["path"],
      error: `expected the file's name, or ${modelArtifact}/ and the file's name`,
    }),
  z.object({
    type: z.literal("model"),
    run,
    path: z.literal(modelArtifact),
    status: z.enum(["PENDING", "READY"]),
    tags: tags.exactOptional(),
  }),
  z.object({ type: z.literal("status"), run, status: z.enum(["RUNNING", "FINISHED", "FAILED", "KILLED"]), at }),
  z.object({
    type: z.literal("version"),
    run,
    name: name.min(1),
    alias: name.min(1).nullable(),
    path: z.literal(modelArtifact),
    description: text.exactOptional(),
    tags: tags.exactOptional(),
  }),
  z.object({ type: z.literal("complete"), run }),
]);
