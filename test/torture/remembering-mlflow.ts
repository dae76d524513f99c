// A tracking server that stores data as MLflow does: a metric value, a tag or an artifact that is sent twice is stored once.
// The server's final content must not depend on how often a sender was killed.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { sha256Bytes } from "../../src/storage/hash.ts";

interface Run {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  status: string;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  /** Key, step, time and value of every metric value. */
  readonly points: Set<string>;
  readonly lastSteps: Map<string, number>;
  readonly inputs: Set<string>;
}

const pair = z.object({ key: z.string(), value: z.string() });
const bodySchema = z.object({
  name: z.string().optional(),
  experiment_id: z.string().optional(),
  run_id: z.string().optional(),
  run_name: z.string().optional(),
  status: z.string().optional(),
  filter: z.string().optional(),
  tags: z.array(pair).default([]),
  params: z.array(pair).default([]),
  metrics: z
    .array(z.object({ key: z.string(), value: z.number(), timestamp: z.number(), step: z.number() }))
    .default([]),
  datasets: z.array(z.unknown()).default([]),
});
type Body = z.infer<typeof bodySchema>;

class Absent extends Error {}

export class RememberingMlflow {
  readonly #experiments = new Map<string, string>();
  readonly #runs = new Map<string, Run>();
  readonly #artifacts = new Map<string, string>();
  readonly #server = createServer((question, answer) => void this.#handle(question, answer));

  get uri(): string {
    const address = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  forget(): void {
    for (const kept of [this.#experiments, this.#runs, this.#artifacts]) kept.clear();
  }

  /**
   * The server's entire content, in an order that does not depend on arrival times; runs are listed by name, which reveals runs
   * that were created twice.
   */
  state(): unknown {
    const sorted = <T>(items: Iterable<T>): T[] => [...items].sort((a, b) => (String(a) < String(b) ? -1 : 1));
    const nameOf = (id: string): string => this.#runs.get(id)?.name ?? id;
    const ids = (text: string): string => text.replaceAll(/run-\d+/g, nameOf);
    const runs = [...this.#runs.values()].map(({ experiment, name, status, tags, params, points, inputs }) => ({
      experiment,
      name,
      status,
      params: sorted(params),
      points: sorted(points),
      inputs: sorted(inputs),
      tags: sorted([...tags].map(([key, value]) => [key, ids(value)])),
    }));
    return {
      runs: sorted(runs.map((run) => JSON.stringify(run))),
      artifacts: sorted([...this.#artifacts].map(([path, hash]) => [ids(path), hash])),
    };
  }

  async #handle(question: IncomingMessage, answer: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of question) parts.push(part as Buffer);
    } catch {
      return; // The sender was killed in the middle of this request.
    }
    const bytes = Buffer.concat(parts);
    const url = new URL(question.url!, "http://localhost");
    if (url.pathname.includes("/logged-models")) {
      // A server from before MLflow 3 has no such methods.
      answer.writeHead(404).end("not found");
      return;
    }
    try {
      const body = question.method === "POST" ? bodySchema.parse(JSON.parse(bytes.toString())) : undefined;
      const said = question.method === "PUT" ? this.#store(url, bytes) : this.#answer(url, body);
      answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
    } catch (error) {
      const code = error instanceof Absent ? "RESOURCE_DOES_NOT_EXIST" : "INVALID_PARAMETER_VALUE";
      answer.writeHead(error instanceof Absent ? 404 : 400, { "content-type": "application/json" });
      answer.end(JSON.stringify({ error_code: code, message: String(error) }));
    }
  }

  #store(url: URL, bytes: Buffer): unknown {
    this.#artifacts.set(decodeURIComponent(url.pathname), sha256Bytes(bytes));
    return {};
  }

  #answer(url: URL, body: Body | undefined): unknown {
    switch (url.pathname.replace("/api/2.0/mlflow/", "")) {
      case "experiments/get-by-name": {
        const id = this.#experiments.get(url.searchParams.get("experiment_name") ?? "");
        if (id === undefined) throw new Absent("no such experiment");
        return { experiment: { experiment_id: id, lifecycle_stage: "active" } };
      }
      case "experiments/create": {
        const id = `experiment ${body!.name}`;
        this.#experiments.set(body!.name!, id);
        return { experiment_id: id };
      }
      case "runs/search": {
        const [, key, value] = /^tags\.`(.*)` = '(.*)'$/.exec(body!.filter!)!;
        const run = [...this.#runs.values()].find(({ tags }) => tags.get(key!) === value);
        return run === undefined ? {} : { runs: [described(run)] };
      }
      case "runs/create": {
        const run: Run = {
          id: `run-${this.#runs.size}`,
          experiment: body!.experiment_id!,
          name: body!.run_name!,
          status: "RUNNING",
          tags: new Map(body!.tags.map(({ key, value }) => [key, value])),
          params: new Map(),
          points: new Set(),
          lastSteps: new Map(),
          inputs: new Set(),
        };
        this.#runs.set(run.id, run);
        return { run: described(run) };
      }
      case "runs/update":
        this.#run(body!).status = body!.status!;
        return {};
      case "runs/log-inputs":
        for (const dataset of body!.datasets) this.#run(body!).inputs.add(JSON.stringify(dataset));
        return {};
      case "runs/log-batch": {
        const run = this.#run(body!);
        for (const { key, value } of body!.params) {
          if ((run.params.get(key) ?? value) !== value) throw new Error(`param ${key} was logged with another value`);
          run.params.set(key, value);
        }
        for (const { key, value } of body!.tags) run.tags.set(key, value);
        for (const { key, step, timestamp, value } of body!.metrics) {
          run.points.add(JSON.stringify([key, step, timestamp, value]));
          run.lastSteps.set(key, Math.max(step, run.lastSteps.get(key) ?? 0));
        }
        return {};
      }
      default:
        throw new Error(`${url.pathname} is not part of this server`);
    }
  }

  #run({ run_id: id }: Body): Run {
    const run = this.#runs.get(id ?? "");
    if (run === undefined) throw new Absent("no such run");
    return run;
  }
}

function described({ id, experiment, tags, lastSteps }: Run): unknown {
  return {
    info: { run_id: id, experiment_id: experiment, artifact_uri: `mlflow-artifacts:/${experiment}/${id}/artifacts` },
    data: {
      tags: [...tags].map(([key, value]) => ({ key, value })),
      metrics: [...lastSteps].map(([key, step]) => ({ key, step })),
    },
  };
}
