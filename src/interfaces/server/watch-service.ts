// Monitors the service with metrics for each project and with alerts.

import type { JudgedEvent } from "../../pipelines/judge-posted-batch.ts";
import type { Service } from "../../pipelines/open-service.ts";
import { defaultProject } from "../../pipelines/tokens.ts";
import type { AlertService, SilentStream } from "../../report/alert-service.ts";
import { metricsFileFigures } from "../../report/metrics-file.ts";
import { ServiceMetrics } from "../../report/service-metrics.ts";
import type { Reporter } from "../../reporter.ts";
import { openServeAlerts } from "./serve-alerts.ts";

export interface WatchOptions {
  /** Path of the file with the alert rules; undefined if there are no alerts. */
  readonly alerts: string | undefined;
  /** Whether other services may be using the same store. */
  readonly shared: boolean;
  readonly reporter: Pick<Reporter, "warn">;
}

/** Interval between readings of the store, in which other processes also judge, rename, retire and erase streams. */
const refreshEveryMs = 60_000;

export class ServiceWatch {
  /** The streams that this process remembers, by project and model. */
  readonly #known = new Map<string, Set<string>>();
  /** The streams for which a verdict has arrived since the last reading of the store began, by project and model. */
  readonly #judgedMeanwhile = new Map<string, Set<string>>();
  #refreshing: ReturnType<typeof setInterval> | undefined;
  readonly #metrics = new Map<string, ServiceMetrics>();
  #alerts: AlertService | undefined;

  /** Starts metrics and alerts. @throws UserError if the rules cannot be used */
  async start(service: Pick<Service, "streams">, { alerts, shared, reporter }: WatchOptions): Promise<void> {
    await this.refresh(service);
    const refresh = (): Promise<void> =>
      this.refresh(service).catch((error: unknown) => reporter.warn(`metrics of streams: ${error}`));
    this.#refreshing = setInterval(refresh, refreshEveryMs).unref();
    if (alerts === undefined) return;
    this.#alerts = await openServeAlerts(alerts, {
      shared,
      reporter,
      silentStreams: () => silentStreamsOfService(service),
    });
    this.#alerts.start();
  }

  /**
   * Updates the metrics of all streams, forgets streams that are no longer in the store, because another process has erased or
   * renamed them, and ends the incidents of retired streams.
   */
  async refresh(service: Pick<Service, "streams">): Promise<void> {
    this.#judgedMeanwhile.clear();
    for (const { project, model, streams, retired } of await service.streams()) {
      const key = JSON.stringify([project, model]);
      const newer = this.#judgedMeanwhile.get(key) ?? new Set();
      const forgotten = new Set(this.#known.get(key));
      for (const own of streams) {
        forgotten.delete(own.stream);
        if (newer.has(own.stream)) continue;
        this.metricsOf(project).stream(metricsFileFigures(model, own));
        this.#remember(project, model, own.stream);
      }
      for (const stream of retired) {
        forgotten.delete(stream);
        if (!newer.has(stream)) this.#retire({ project, model, stream });
      }
      for (const stream of forgotten) {
        if (!newer.has(stream)) this.#erase({ project, model, stream });
      }
    }
  }

  judged({ project, model, stream, result, previous }: JudgedEvent): void {
    this.#remember(project, model, stream);
    const key = JSON.stringify([project, model]);
    const meanwhile = this.#judgedMeanwhile.get(key) ?? new Set();
    this.#judgedMeanwhile.set(key, meanwhile.add(stream));
    this.metricsOf(project).judged(model, result);
    this.#alerts?.judged({
      project: watchedServiceProject(project),
      model,
      stream,
      result,
      ...(previous !== undefined && { previous }),
    });
  }

  /** Wraps the service so that its batches are timed and its erased and retired streams are known here, too. */
  watched<S extends Pick<Service, "judge" | "decide">>(service: S): S {
    const judge: Service["judge"] = async (posted) => {
      const began = performance.now();
      const metrics = this.metricsOf(posted.project);
      const judgedOrRefused = metrics.waits();
      try {
        const judged = await service.judge(posted);
        if (!judged.known) metrics.took(judged.model, (performance.now() - began) / 1000);
        return judged;
      } finally {
        judgedOrRefused();
      }
    };
    const decide: Service["decide"] = async (decision) => {
      const decided = await service.decide(decision);
      const { project, stream, action } = decision;
      const { model } = decided;
      if (action === "erase") this.#erase({ project, model, stream });
      if (action === "retire") this.#retire({ project, model, stream });
      return decided;
    };
    return { ...service, judge, decide };
  }

  /** Counts every request for the default project, because requests without a token belong to no project. */
  answered(request: Parameters<ServiceMetrics["request"]>[0]): void {
    this.metricsOf(defaultProject).request(request);
  }

  metricsOf(project: string): ServiceMetrics {
    let metrics = this.#metrics.get(project);
    if (metrics === undefined) {
      metrics = new ServiceMetrics({ ofProcess: project === defaultProject });
      this.#metrics.set(project, metrics);
    }
    if (project === defaultProject && this.#alerts !== undefined) metrics.undelivered(this.#alerts.undelivered());
    return metrics;
  }

  async close(): Promise<void> {
    clearInterval(this.#refreshing);
    await this.#alerts?.close();
  }

  #remember(project: string, model: string, stream: string): void {
    const key = JSON.stringify([project, model]);
    const names = this.#known.get(key) ?? new Set();
    this.#known.set(key, names.add(stream));
  }

  /** The stream stays known, so that its alerts end with it if it is erased later. */
  #retire({ project, model, stream }: Record<"project" | "model" | "stream", string>): void {
    this.#remember(project, model, stream);
    this.metricsOf(project).erase({ model, stream });
    this.#alerts?.retire({ project: watchedServiceProject(project), model, stream });
  }

  #erase({ project, model, stream }: Record<"project" | "model" | "stream", string>): void {
    this.#known.get(JSON.stringify([project, model]))?.delete(stream);
    this.metricsOf(project).erase({ model, stream });
    this.#alerts?.erase({ project: watchedServiceProject(project), model, stream });
  }
}

function watchedServiceProject(project: string): string | null {
  return project === defaultProject ? null : project;
}

async function silentStreamsOfService(service: Pick<Service, "streams">): Promise<SilentStream[]> {
  return (await service.streams()).flatMap(({ project, model, streams }) =>
    streams
      .filter(({ silence }) => silence.silent === true)
      .map(({ stream, last }) => ({
        project: watchedServiceProject(project),
        model,
        stream,
        lastHeard: last.received_at,
      })),
  );
}
