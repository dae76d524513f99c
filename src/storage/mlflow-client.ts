// A client for the parts of MLflow's REST API that concern runs, artifacts and the registry. The client never repeats a
// request, because only the sender can tell whether that is safe. Protocol: https://mlflow.org/docs/latest/rest-api.html,
// checked against the server of release 3.17.

import { z } from "zod";
import { LoggedModels } from "./logged-models.ts";
import type { KeyValue, MetricPoint, MlflowRun } from "./mlflow-run.ts";
import type { ServerAddress } from "./server-address.ts";
import { type Deadlines, ServerConnection } from "./server-connection.ts";
import type { RunStatus } from "./tracking-event.ts";
import { TrackingFault } from "./tracking-fault.ts";

/** Returns whether a run is the one sought. */
export type RunTest = (run: MlflowRun) => boolean | Promise<boolean>;

const keyValue = z.object({ key: z.string(), value: z.string() });

const idSchema = z.string().max(250);

const runSchema = z
  .object({
    info: z.object({
      run_id: idSchema,
      experiment_id: idSchema,
      artifact_uri: z.string().max(5000).default(""),
    }),
    data: z
      .object({
        tags: z.array(keyValue).default([]),
        metrics: z.array(z.object({ key: z.string(), step: z.coerce.number().default(0) })).default([]),
      })
      .default({ tags: [], metrics: [] }),
  })
  .transform(
    ({ info, data }): MlflowRun => ({
      runId: info.run_id,
      experimentId: info.experiment_id,
      artifactUri: info.artifact_uri,
      tags: Object.fromEntries(data.tags.map(({ key, value }) => [key, value])),
      lastSteps: Object.fromEntries(data.metrics.map(({ key, step }) => [key, step])),
    }),
  );

const foundRuns = z.object({ runs: z.array(runSchema).default([]), next_page_token: z.string().optional() });

const mostPages = 100;

/** Selects the view in which MLflow 3 opens the experiment; older servers store it like any other tag. */
const experimentKind: KeyValue = { key: "mlflow.experimentKind", value: "custom_model_development" };

export class MlflowClient {
  readonly #server: ServerConnection;
  readonly loggedModels: LoggedModels;

  constructor(address: ServerAddress, deadlines?: Deadlines) {
    this.#server = new ServerConnection(address, deadlines);
    this.loggedModels = new LoggedModels(this.#server);
  }

  get uri(): string {
    return this.#server.uri;
  }

  /** @throws TrackingFault if the server does not fulfil the request; this applies to all methods */
  async experimentId(name: string): Promise<string> {
    const found = await this.#findExperiment(name);
    if (found !== null) return found;
    try {
      const { experiment_id: id } = await this.#post(
        "experiments/create",
        { name, tags: [experimentKind] },
        z.object({ experiment_id: idSchema }),
      );
      return id;
    } catch (error) {
      // Another sender has created the experiment in the meantime.
      if (error instanceof TrackingFault && error.code === "RESOURCE_ALREADY_EXISTS") {
        const theirs = await this.#findExperiment(name);
        if (theirs !== null) return theirs;
      }
      throw error;
    }
  }

  async #findExperiment(name: string): Promise<string | null> {
    const schema = z.object({
      experiment: z.object({ experiment_id: idSchema, lifecycle_stage: z.string().optional() }),
    });
    const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    const answer = await this.#get(query, schema).catch(nullIfAbsentInMlflow);
    if (answer?.experiment.lifecycle_stage === "deleted") {
      throw new TrackingFault(
        "refused",
        `${this.uri}: experiment ${JSON.stringify(name)} was deleted; restore it, or choose another one`,
      );
    }
    return answer?.experiment.experiment_id ?? null;
  }

  /** The oldest run that has the tag and for which `wanted` returns true; null if there is none. */
  async findRun(experimentId: string, tag: KeyValue, wanted: RunTest): Promise<MlflowRun | null> {
    let page: string | undefined;
    for (let pages = 0; pages < mostPages; pages++) {
      const found: z.infer<typeof foundRuns> = await this.#post(
        "runs/search",
        {
          experiment_ids: [experimentId],
          filter: `tags.\`${tag.key}\` = '${tag.value.replaceAll("'", "\\'")}'`,
          order_by: ["attributes.start_time ASC"],
          // Keeps the reply small: a run may have a thousand metrics.
          max_results: 5,
          ...(page === undefined ? {} : { page_token: page }),
        },
        foundRuns,
      );
      for (const run of found.runs) if (await wanted(run)) return run;
      page = found.next_page_token;
      if (page === undefined || page === "") return null;
    }
    throw new TrackingFault("refused", `${this.uri}: more than ${mostPages} pages of runs have the tag ${tag.key}`);
  }

  async createRun(run: {
    experimentId: string;
    name: string;
    startTime: number;
    tags: readonly KeyValue[];
  }): Promise<MlflowRun> {
    const body = { experiment_id: run.experimentId, run_name: run.name, start_time: run.startTime, tags: run.tags };
    return (await this.#post("runs/create", body, z.object({ run: runSchema }))).run;
  }

  async setStatus(runId: string, status: RunStatus, at: number): Promise<void> {
    const ended = status === "RUNNING" ? {} : { end_time: at };
    await this.#post("runs/update", { run_id: runId, status, ...ended }, z.unknown());
  }

  async logBatch(
    runId: string,
    batch: { metrics: readonly MetricPoint[]; params: readonly KeyValue[]; tags: readonly KeyValue[] },
  ): Promise<void> {
    await this.#post("runs/log-batch", { run_id: runId, ...batch }, z.unknown());
  }

  async logDataset(runId: string, dataset: Readonly<Record<string, string>>): Promise<void> {
    const tags = [{ key: "mlflow.data.context", value: "training" }];
    await this.#post("runs/log-inputs", { run_id: runId, datasets: [{ tags, dataset }] }, z.unknown());
  }

  /**
   * Stores an artifact through the server.
   * @param path path relative to the run's artifacts, with slashes
   */
  async putArtifact(artifactUri: string, path: string, content: Buffer): Promise<void> {
    const stored = /^mlflow-artifacts:\/(?:\/[^/]*\/)?(.*)$/.exec(artifactUri)?.[1];
    if (stored === undefined) {
      const scheme = /^[a-z0-9+-]+:/i.exec(artifactUri)?.[0] ?? "a local path";
      throw new TrackingFault(
        "refused",
        `${this.uri} stores artifacts at ${scheme} and does not accept uploads; start the server with --artifacts-destination`,
      );
    }
    const parts = `${stored}/${path}`.split("/");
    if (parts.some((part) => part === "." || part === "..")) {
      throw new TrackingFault("refused", `${this.uri}: artifacts are not sent to a path that contains . or ..`);
    }
    const target = `/api/2.0/mlflow-artifacts/artifacts/${parts.map(encodeURIComponent).join("/")}`;
    await this.#server.put(target, { type: mlflowContentType(path), body: content });
  }

  async createRegisteredModel(name: string): Promise<void> {
    await this.#post("registered-models/create", { name }, z.unknown()).catch((error: unknown) => {
      if (!(error instanceof TrackingFault && error.code === "RESOURCE_ALREADY_EXISTS")) throw error;
    });
  }

  /** The model version that was made from the run, if any. */
  async findVersion(name: string, runId: string): Promise<string | null> {
    const filter = `name='${name.replaceAll("'", "\\'")}' and run_id='${runId}'`;
    const version = z.object({ version: z.coerce.string().max(100) });
    const { model_versions: versions } = await this.#get(
      `model-versions/search?filter=${encodeURIComponent(filter)}`,
      z.object({ model_versions: z.array(version).default([]) }),
    );
    return versions.at(-1)?.version ?? null;
  }

  async createVersion(
    name: string,
    source: string,
    runId: string,
    about: { readonly description?: string; readonly tags: readonly KeyValue[]; readonly model_id?: string },
  ): Promise<string> {
    const schema = z.object({ model_version: z.object({ version: z.coerce.string().max(100) }) });
    return (await this.#post("model-versions/create", { name, source, run_id: runId, ...about }, schema)).model_version
      .version;
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.#post("registered-models/alias", { name, alias, version }, z.unknown());
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #get<T>(method: string, schema: z.ZodType<T>): Promise<T> {
    return this.#server.get(`/api/2.0/mlflow/${method}`, schema);
  }

  #post<T>(method: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    return this.#server.post(`/api/2.0/mlflow/${method}`, body, schema);
  }
}

function nullIfAbsentInMlflow(error: unknown): null {
  if (error instanceof TrackingFault && error.code === "RESOURCE_DOES_NOT_EXIST") return null;
  throw error;
}

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html",
  json: "application/json",
  jsonl: "application/x-ndjson",
  svg: "image/svg+xml",
  txt: "text/plain",
};

function mlflowContentType(path: string): string {
  return contentTypes[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
