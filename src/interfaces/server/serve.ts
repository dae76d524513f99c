// Listens, and stops without losing a batch: after the first signal, it takes no new connections, finishes what it has received, and
// ends.

import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import type { ServeConfig } from "../../config.ts";
import { UserError } from "../../errors.ts";
import { openService } from "../../pipelines/open-service.ts";
import { batchRoute } from "./batch-route.ts";
import { createApp } from "./create-app.ts";
import { healthRoutes } from "./health-routes.ts";

export interface ServeRun {
  readonly log: Logger;
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Called when the service takes requests, or when everything has been checked. */
  readonly onServing: (serving: Serving) => void;
}

export interface Serving {
  /** Null if only the configuration was checked. */
  readonly url: string | null;
  /** Names under which models can be addressed. */
  readonly models: readonly string[];
}

/** Returns after the service has been stopped. @throws UserError if it cannot listen, or there is no model */
export async function serve(config: ServeConfig, { log, signal, onServing }: ServeRun): Promise<void> {
  const service = await openService(config, { reporter: { warn: (message) => log.warn(message) } });
  if (config.checkConfig) {
    try {
      onServing({ url: null, models: await service.models() });
    } finally {
      await service.close();
    }
    return;
  }
  const bodies = mkdtempSync(join(tmpdir(), "tidemark-serve-"));
  let files = 0;
  try {
    const routes = [
      ...healthRoutes(async () => (signal.aborted ? "the service is stopping" : service.notReady())),
      batchRoute({
        service,
        newFile: () => join(bodies, `${files++}`),
        queue: config.queue,
        limits: {
          bodyBytes: config.bodyMegabytes * 1e6,
          batchBytes: config.batchMegabytes * 1e6,
          batchRows: config.batchRows,
        },
      }),
    ];
    const app = createApp({ routes, log, closing: () => signal.aborted });
    const server = createAdaptorServer({ fetch: app.fetch });
    const { port } = await listening(server, config);
    const host = config.host.includes(":") ? `[${config.host}]` : config.host;
    onServing({ url: `http://${host}:${port}`, models: await service.models() });
    await stopped(server, signal, log);
  } finally {
    await service.close();
    rmSync(bodies, { recursive: true, force: true });
  }
}

type Server = ReturnType<typeof createAdaptorServer>;

function listening(server: Server, { port, host }: ServeConfig): Promise<AddressInfo> {
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

function stopped(server: Server, signal: AbortSignal, log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      log.info("stopping: no new connections; requests that were received are finished");
      server.close(() => resolve());
      if ("closeIdleConnections" in server) server.closeIdleConnections();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
