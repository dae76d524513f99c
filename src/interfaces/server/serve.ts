// Listens, and stops without losing a batch: after the first signal, the service accepts no new connections, completes the
// requests that it has received, and ends.

import { readFile } from "node:fs/promises";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { UserError } from "../../errors.ts";
import type { ServeConfig } from "../../options/resolve-config.ts";
import { type AccessStore, accessPlaceWords, openAccessStore } from "../../pipelines/access-place.ts";
import { readAlertsFile } from "../../pipelines/alerts-file.ts";
import { isSharedStore, openService } from "../../pipelines/open-service.ts";
import { PageSessions } from "../../pipelines/page-sessions.ts";
import { shellCommand } from "../../shell-words.ts";
import { explainSystemErrorOnRead } from "../../system-error.ts";
import { Authorizer } from "./authorize.ts";
import { BodyFolder } from "./body-folder.ts";
import { createApp } from "./create-app.ts";
import { dashboardRoutes } from "./dashboard-routes.ts";
import { EventStream } from "./event-stream.ts";
import { serviceAudit } from "./service-audit.ts";
import { serviceRoutes } from "./service-routes.ts";
import { ServiceWatch } from "./watch-service.ts";

export interface ServeRun {
  readonly log: Logger;
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Called when the service is ready for requests or the configuration has been checked. */
  readonly onServing: (serving: Serving) => void;
}

export interface Serving {
  /** The address; null if only the configuration was checked. */
  readonly url: string | null;
  /** Names by which clients address the models. */
  readonly models: readonly string[];
}

/**
 * Returns once the service has stopped, or its configuration has been checked.
 * @throws UserError if the configuration cannot be used, there is no model, or the service cannot listen
 */
export async function serve(config: ServeConfig, run: ServeRun): Promise<void> {
  const access = await openAccessStore(config);
  try {
    await serveWithAccess(config, access, run);
  } finally {
    await access.close();
  }
}

async function serveWithAccess(
  config: ServeConfig,
  access: AccessStore,
  { log, signal, onServing }: ServeRun,
): Promise<void> {
  const isOpen = servesLoopback(config.host);
  const authorizer = new Authorizer({
    access,
    environment: process.env,
    requestsPerSecond: config.requestsPerSecond,
    isOpen,
    sessions: new PageSessions({ access, hours: config.sessionHours }),
  });
  if (!isOpen && !(await authorizer.hasTokens())) throw cannotServeWithoutTokens(config);
  const events = new EventStream();
  const watch = new ServiceWatch();
  const reporter = { warn: (message: string): void => log.warn(message) };
  const shared = config.store !== undefined && isSharedStore(config.store);
  const service = await openService(config, {
    reporter,
    withPrevious: shared && config.alerts !== undefined,
    onJudged: (event) => {
      events.publish(event);
      watch.judged(event);
    },
  });
  if (config.checkConfig) {
    try {
      if (config.alerts !== undefined) await readAlertsFile(config.alerts);
      onServing({ url: null, models: await service.models() });
    } finally {
      await service.close();
    }
    return;
  }
  const bodies = new BodyFolder();
  try {
    await watch.start(service, { alerts: config.alerts, shared, reporter });
    const routes = serviceRoutes({
      service: watch.watched(service),
      authorizer,
      audit: serviceAudit(access, log),
      metricsOf: (project) => watch.metricsOf(project),
      events,
      isStopping: () => signal.aborted,
      newFile: () => bodies.newFile(),
      queue: config.queue,
      limits: {
        bodyBytes: config.bodyMegabytes * 1e6,
        batchBytes: config.batchMegabytes * 1e6,
        batchRows: config.batchRows,
      },
    });
    const app = createApp({
      routes: [...routes, ...dashboardRoutes()],
      authorize: (request, needed, stream) => authorizer.authorize(request, needed, stream),
      log,
      closing: () => signal.aborted,
      onAnswered: (request) => watch.answered(request),
    });
    const server = createAdaptorServer({ fetch: app.fetch, ...(await serverOptionsOf(config)) });
    const { port } = await servedAddress(server, config);
    const host = config.host.includes(":") ? `[${config.host}]` : config.host;
    onServing({
      url: `${config.tlsKey === undefined ? "http" : "https"}://${host}:${port}`,
      models: await service.models(),
    });
    signal.addEventListener("abort", () => events.close(), { once: true });
    signal.addEventListener("abort", () => service.hurry(), { once: true });
    await serverStopped(server, signal, log);
  } finally {
    await service.close();
    await watch.close();
    bodies.remove();
  }
}

/** Time limits for a client to send the headers and the whole request. */
const [headersMs, requestMs] = [30_000, 300_000];

async function serverOptionsOf({ tlsCertificate, tlsKey }: ServeConfig): Promise<Partial<CreateServerOptions>> {
  const times = { headersTimeout: headersMs, requestTimeout: requestMs };
  if (tlsCertificate === undefined && tlsKey === undefined) return { serverOptions: times };
  if (tlsCertificate === undefined || tlsKey === undefined) {
    throw new UserError("--tls-certificate and --tls-key: expected both options or neither, got one", {
      advice: "Give the certificate chain and its private key, each as a file in PEM format.",
    });
  }
  const [cert, key] = await Promise.all(
    [tlsCertificate, tlsKey].map((path) =>
      readFile(path).catch((error: unknown) => {
        throw explainSystemErrorOnRead(error, path);
      }),
    ),
  );
  return { createServer: createHttpsServer, serverOptions: { ...times, cert, key } } as Partial<CreateServerOptions>;
}

function servesLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function cannotServeWithoutTokens(config: ServeConfig): UserError {
  const create = shellCommand("tidemark", "token", "create", "NAME", "--scope", "ingest", ...accessPlaceWords(config));
  return new UserError(
    `--host ${config.host}: expected at least one token, because other machines can reach this address; there is none`,
    {
      advice: `Create one: ${create}. Or listen on 127.0.0.1.`,
    },
  );
}

type CreateServerOptions = Parameters<typeof createAdaptorServer>[0];
type Server = ReturnType<typeof createAdaptorServer>;

function servedAddress(server: Server, { port, host }: ServeConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === "EADDRINUSE" ? "another program listens there" : `${error.message.replace(/^listen /, "")}`;
      reject(
        new UserError(`--host ${host} --port ${port}: expected an address to listen on: ${reason}`, {
          advice: "Choose another port, or --port 0 for any free one.",
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function serverStopped(server: Server, signal: AbortSignal, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      log.info("stopping: new connections are refused; requests already received are completed");
      server.close(() => resolve());
      if ("closeIdleConnections" in server) server.closeIdleConnections();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
