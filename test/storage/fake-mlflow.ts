// A server with the part of MLflow's protocol that a sender needs, which records all requests and finds runs by their tags.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly bytes: number;
  readonly authorization: string | undefined;
  // The content differs between requests.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of the protocol
  readonly body: any;
}

export interface Refusal {
  readonly status: number;
  readonly error_code?: string;
  readonly message?: string;
}

export interface FakeRun {
  readonly id: string;
  readonly tags: Record<string, string>;
  readonly metrics: { key: string; value: number; timestamp: number; step: number }[];
}

const api = "/api/2.0/mlflow/";

const answers: Readonly<Record<string, unknown>> = {
  "experiments/get-by-name": { experiment: { experiment_id: "7", lifecycle_stage: "active" } },
  "model-versions/create": { model_version: { version: "4" } },
};

export class FakeMlflow {
  readonly asked: Asked[] = [];
  readonly runs: FakeRun[] = [];
  readonly loggedModels: { id: string; run: string; name: string; status: string }[] = [];
  /** Whether the server supports logged models, as MLflow 3 does. */
  logsModels = true;
  /** A function that may replace the usual answer. */
  refuse: (asked: Asked) => Refusal | undefined = () => undefined;
  readonly #server = createServer((question, answer) => void this.handle(question, answer));

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  reset(): void {
    this.asked.length = 0;
    this.runs.length = 0;
    this.loggedModels.length = 0;
    this.logsModels = true;
    this.refuse = () => undefined;
  }

  /** The bodies of the requests to one API method. */
  bodies(method: string): Asked["body"][] {
    return this.asked.filter(({ path }) => path === method).map(({ body }) => body);
  }

  async handle(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of question) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const path = question.url!.replace(/\?.*/, "").replace(api, "");
    const isJson =
      question.headers["content-type"] === "application/json" && ["POST", "PATCH"].includes(question.method!);
    const body: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString();
    const asked = { path, bytes: bytes.length, authorization: question.headers.authorization, body };
    this.asked.push(asked);
    const absent = path.startsWith("logged-models") && !this.logsModels ? { status: 404 } : undefined;
    const { status, ...error } = this.refuse(asked) ?? absent ?? { status: 200 };
    answer.writeHead(status, { "content-type": "application/json" });
    answer.end(JSON.stringify(status === 200 ? this.#answer(asked) : error));
  }

  #answer({ path, body }: Asked): unknown {
    if (path === "runs/create") {
      const run = { id: `r${this.runs.length + 1}`, tags: {}, metrics: [] };
      this.runs.push(run);
      this.#tag(run, body.tags);
      return { run: asAnswered(run) };
    }
    if (path === "runs/search") {
      const [, tag, value] = /^tags\.`(.*)` = '(.*)'$/.exec(body.filter)!;
      return { runs: this.runs.filter(({ tags }) => tags[tag!] === value).map(asAnswered) };
    }
    if (path === "runs/log-batch") {
      const run = this.runs.find(({ id }) => id === body.run_id);
      run?.metrics.push(...body.metrics);
      if (run !== undefined) this.#tag(run, body.tags);
    }
    if (path.startsWith("logged-models") || path === "runs/get") return this.#answerAboutModels(path, body);
    return answers[path] ?? {};
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON of the protocol
  #answerAboutModels(path: string, body: any): unknown {
    const described = ({ id }: { id: string }) => ({
      info: { model_id: id, artifact_uri: `mlflow-artifacts:/7/models/${id}/artifacts` },
    });
    if (path === "runs/get") {
      const ids = this.bodies("runs/outputs").flatMap(({ models }) => models);
      return { run: { outputs: { model_outputs: ids } } };
    }
    if (path === "logged-models/search") {
      const [, run] = /^source_run_id = '(.*)'$/.exec(body.filter)!;
      return { models: this.loggedModels.filter((model) => model.run === run).map(described) };
    }
    if (path === "logged-models") {
      const id = `m${this.loggedModels.length + 1}`;
      const made = { id, run: body.source_run_id, name: body.name, status: "LOGGED_MODEL_PENDING" };
      this.loggedModels.push(made);
      return { model: described(made) };
    }
    const model = this.loggedModels.find(({ id }) => path === `logged-models/${id}`)!;
    model.status = body.status;
    return { model: described(model) };
  }

  #tag(run: FakeRun, tags: readonly { key: string; value: string }[]): void {
    for (const { key, value } of tags) run.tags[key] = value;
  }
}

/** Returns a run in MLflow's form, with each metric at its last step. */
function asAnswered({ id, tags, metrics }: FakeRun): unknown {
  const last = new Map(metrics.toSorted((a, b) => a.step - b.step).map((metric) => [metric.key, metric]));
  return {
    info: { run_id: id, experiment_id: "7", artifact_uri: `mlflow-artifacts:/7/${id}/artifacts` },
    data: { tags: Object.entries(tags).map(([key, value]) => ({ key, value })), metrics: [...last.values()] },
  };
}
