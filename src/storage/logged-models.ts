// Logged models of MLflow 3, which are shown in its Models tab. Servers before release 3 do not have these endpoints. Protocol:
// https://mlflow.org/docs/latest/rest-api.html, checked against the server of release 3.17.

import { z } from "zod";
import type { KeyValue, MlflowRun } from "./mlflow-run.ts";
import type { ServerConnection } from "./server-connection.ts";
import { absentEndpoint, TrackingFault } from "./tracking-fault.ts";

export interface LoggedModel {
  readonly modelId: string;
  readonly artifactUri: string;
}

const idSchema = z.string().min(1).max(250);
const modelSchema = z
  .object({ info: z.object({ model_id: idSchema, artifact_uri: z.string().max(5000).default("") }) })
  .transform(({ info }): LoggedModel => ({ modelId: info.model_id, artifactUri: info.artifact_uri }));
const outputsSchema = z.object({
  run: z.object({
    outputs: z
      .object({ model_outputs: z.array(z.object({ model_id: idSchema })).default([]) })
      .default({ model_outputs: [] }),
  }),
});
const base = "/api/2.0/mlflow";

/** All methods throw a TrackingFault if the server does not carry out the request. */
export class LoggedModels {
  readonly #server: ServerConnection;

  constructor(server: ServerConnection) {
    this.#server = server;
  }

  /** The model that a run logged; null if there is none or the server does not support logged models. */
  async find({ experimentId, runId }: MlflowRun): Promise<LoggedModel | null> {
    const body = { experiment_ids: [experimentId], filter: `source_run_id = '${runId}'`, max_results: 1 };
    const schema = z.object({ models: z.array(modelSchema).default([]) });
    const found = await this.#server.post(`${base}/logged-models/search`, body, schema).catch((error: unknown) => {
      if (error instanceof TrackingFault && error.code === absentEndpoint) return { models: [] };
      throw error;
    });
    return found.models[0] ?? null;
  }

  /** Creates the model of a run; null if the server does not support logged models. */
  async create(run: MlflowRun, name: string, tags: readonly KeyValue[]): Promise<LoggedModel | null> {
    const body = { experiment_id: run.experimentId, name, source_run_id: run.runId, tags };
    const schema = z.object({ model: modelSchema });
    const made = await this.#server.post(`${base}/logged-models`, body, schema).catch((error: unknown) => {
      if (error instanceof TrackingFault && error.code === absentEndpoint) return null;
      throw error;
    });
    return made?.model ?? null;
  }

  /** Makes the model an output of the run, unless it is one already: the server rejects an output that the run already has. */
  async link(runId: string, { modelId }: LoggedModel): Promise<void> {
    const { run } = await this.#server.get(`${base}/runs/get?run_id=${encodeURIComponent(runId)}`, outputsSchema);
    if (run.outputs.model_outputs.some((output) => output.model_id === modelId)) return;
    const models = [{ model_id: modelId, step: 0 }];
    await this.#server.post(`${base}/runs/outputs`, { run_id: runId, models }, z.unknown());
  }

  /** @param whole whether all files of the model are stored */
  async finish({ modelId }: LoggedModel, whole: boolean): Promise<void> {
    const status = whole ? "LOGGED_MODEL_READY" : "LOGGED_MODEL_UPLOAD_FAILED";
    const path = `${base}/logged-models/${encodeURIComponent(modelId)}`;
    await this.#server.patch(path, { model_id: modelId, status }, z.unknown());
  }
}
