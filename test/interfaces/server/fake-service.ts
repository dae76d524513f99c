// The server application without sockets and models, for permission tests.

import type { Hono } from "hono";
import { pino } from "pino";
import { Authorizer } from "../../../src/interfaces/server/authorize.ts";
import { createApp } from "../../../src/interfaces/server/create-app.ts";
import { EventStream } from "../../../src/interfaces/server/event-stream.ts";
import type { Route } from "../../../src/interfaces/server/route.ts";
import { serviceRoutes } from "../../../src/interfaces/server/service-routes.ts";
import type { AuditEntry } from "../../../src/pipelines/audit-log.ts";
import type { ServedDecision } from "../../../src/pipelines/decide-served.ts";
import type { PostedVerdict } from "../../../src/pipelines/judge-posted-batch.ts";
import type { Service } from "../../../src/pipelines/open-service.ts";
import { PageSessions } from "../../../src/pipelines/page-sessions.ts";
import type { PostedBatch } from "../../../src/pipelines/posted-batch.ts";
import { ServiceMetrics } from "../../../src/report/service-metrics.ts";
import { FileAccessStore } from "../../../src/storage/file-access-store.ts";

export interface FakeOptions {
  /** Path of the token file. */
  readonly file: string;
  /** Folder in which request bodies are stored. */
  readonly directory: string;
  readonly environment?: Record<string, string>;
  readonly isOpen?: boolean;
  readonly requestsPerSecond?: number;
  readonly now?: () => Date;
  readonly decide?: Service["decide"];
  readonly reader?: Partial<Service["reader"]>;
  readonly judge?: (posted: PostedBatch) => Promise<PostedVerdict>;
  readonly queue?: number;
}

export interface FakeService {
  readonly app: Hono;
  readonly routes: readonly Route[];
  readonly judged: readonly PostedBatch[];
  readonly decided: readonly ServedDecision[];
  readonly audited: readonly Omit<AuditEntry, "at">[];
  readonly events: EventStream;
}

export function fakeService({
  file,
  directory,
  judge = verdict,
  decide = async ({ model }) => ({ model, changed: true, batches: null }),
  queue = 8,
  reader = {},
  ...options
}: FakeOptions): FakeService {
  const { environment = {}, isOpen = false, requestsPerSecond = 1e6, now = () => new Date() } = options;
  const access = new FileAccessStore(file);
  const sessions = new PageSessions({ access, hours: 12, now });
  const authorizer = new Authorizer({ access, environment, isOpen, requestsPerSecond, sessions, now });
  const judged: PostedBatch[] = [];
  const decided: ServedDecision[] = [];
  const audited: Omit<AuditEntry, "at">[] = [];
  let files = 0;
  const service: Service = {
    judge: (posted) => {
      judged.push(posted);
      return judge(posted);
    },
    hurry: () => {},
    refuseUnknown: async () => {},
    models: async () => ["walk"],
    streams: async () => [],
    notReady: async () => undefined,
    reader: {
      fleet: async () => ({
        at: now().toISOString(),
        models: ["walk"],
        counts: { total: 0, alarm: 0, silent: 0, rejected: 0, retired: 0 },
        matching: 0,
        streams: [],
      }),
      stream: async () => ({ model: "walk", history: [] }) as never,
      batch: async () => ({}) as never,
      ...reader,
    },
    baselines: { baseline: async () => ({}) as never, comparison: async () => ({}) as never },
    picture: async ({ model }) => ({ model, sections: [] }),
    decide: (decision) => {
      decided.push(decision);
      return decide(decision);
    },
    close: async () => {},
  };
  const events = new EventStream();
  const metrics = new ServiceMetrics();
  const routes: Route[] = serviceRoutes({
    service,
    authorizer,
    audit: async (entry) => void audited.push(entry),
    events,
    metricsOf: () => metrics,
    isStopping: () => false,
    newFile: () => `${directory}/body-${files++}`,
    queue,
    limits: { bodyBytes: 1000, batchBytes: 2000, batchRows: 100 },
  });
  const app = createApp({
    routes,
    authorize: (request, needed, stream) => authorizer.authorize(request, needed, stream),
    log: pino({ enabled: false }),
  });
  return { app, routes, judged, decided, audited, events };
}

async function verdict({ project, stream, batch }: PostedBatch): Promise<PostedVerdict> {
  const result = { verdict: "normal", batch_id: batch, stream } as PostedVerdict["result"];
  return { project, model: "walk", stream, batch, known: false, result };
}
