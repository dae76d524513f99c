// Metrics for Prometheus. Names and units follow https://prometheus.io/docs/practices/naming/. Models, streams and verdicts are
// labels, but batches never are.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { alarmShare } from "../alarm-share.ts";
import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { tidemarkVersion } from "../versions.ts";
import { type SeriesOfStream, StreamSeries } from "./stream-series.ts";

/** The state of a stream. */
export interface StreamFigures extends SeriesOfStream {
  readonly inAlarm: boolean;
  /** Evidence as a share of the alarm level; null if there is no new value, for example because the last batch was rejected. */
  readonly evidence: number | null;
  /** Time at which the stream's last batch arrived, in seconds since 1970. */
  readonly lastBatchAt: number;
}

export interface MetricsOptions {
  /** Maximum number of streams with their own series. Default: 1000. */
  readonly maxStreams?: number;
  /** Whether to include metrics about the process. Default: false. */
  readonly ofProcess?: boolean;
}

/** Histogram buckets in seconds, from a few milliseconds for a summary to a minute for a day of raw data. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const verdicts = ["normal", "gradual_drift", "sudden_change", "rejected"] as const;

export class ServiceMetrics {
  readonly #registry = new Registry();
  readonly #series: StreamSeries;
  readonly #inAlarm = new Map<string, Set<string>>();
  readonly #streamGauges: readonly Gauge<"model" | "stream">[];
  readonly #alarm: Gauge<"model" | "stream">;
  readonly #evidence: Gauge<"model" | "stream">;
  readonly #lastBatch: Gauge<"model" | "stream">;
  readonly #streamsInAlarm: Gauge<"model">;
  readonly #batches: Counter<"model" | "verdict">;
  readonly #judging: Histogram<"model">;
  readonly #waiting: Gauge;
  readonly #requests: Counter<"method" | "route" | "status">;
  readonly #answering: Histogram<"route">;
  readonly #undelivered: Gauge<"status">;

  constructor({ maxStreams = 1000, ofProcess = false }: MetricsOptions = {}) {
    const registers = [this.#registry];
    const ofStream = (name: string, help: string): Gauge<"model" | "stream"> =>
      new Gauge({ name, help, labelNames: ["model", "stream"], registers });
    this.#alarm = ofStream("tidemark_stream_in_alarm", "Whether the stream is in alarm (1) or not (0).");
    this.#evidence = ofStream("tidemark_stream_evidence_ratio", "Evidence of drift as a share of the alarm level.");
    this.#lastBatch = ofStream(
      "tidemark_stream_last_batch_timestamp_seconds",
      "When the stream's last batch arrived, in seconds since 1970.",
    );
    this.#streamGauges = [this.#alarm, this.#evidence, this.#lastBatch];
    this.#series = new StreamSeries(maxStreams, ({ model, stream }) => {
      for (const gauge of this.#streamGauges) gauge.remove({ model, stream });
    });
    this.#streamsInAlarm = new Gauge({
      name: "tidemark_streams_in_alarm",
      help: "Number of streams in alarm, including those without their own series.",
      labelNames: ["model"],
      registers,
    });
    const series = this.#series;
    new Gauge({
      name: "tidemark_stream_series_left_out",
      help: "Number of streams without their own series, because there are too many streams.",
      registers,
      collect() {
        this.set(series.leftOut);
      },
    });
    this.#batches = new Counter({
      name: "tidemark_batches_total",
      help: "Batches by verdict.",
      labelNames: ["model", "verdict"],
      registers,
    });
    this.#judging = new Histogram({
      name: "tidemark_batch_duration_seconds",
      help: "Time from a batch's arrival until its verdict was stored.",
      labelNames: ["model"],
      buckets,
      registers,
    });
    this.#waiting = new Gauge({
      name: "tidemark_batches_waiting",
      help: "Batches that have been received and whose verdict is not stored yet.",
      registers,
    });
    this.#requests = new Counter({
      name: "tidemark_http_requests_total",
      help: "HTTP requests by route and status.",
      labelNames: ["method", "route", "status"],
      registers,
    });
    this.#answering = new Histogram({
      name: "tidemark_http_request_duration_seconds",
      help: "Time from the receipt of a request's headers until its answer.",
      labelNames: ["route"],
      buckets,
      registers,
    });
    this.#undelivered = new Gauge({
      name: "tidemark_alerts_undelivered",
      help: "Alerts that their target has not accepted: waiting for the next attempt, or abandoned (dead).",
      labelNames: ["status"],
      registers,
    });
    const build = new Gauge({ name: "tidemark_build_info", help: "The version.", labelNames: ["version"], registers });
    build.set({ version: tidemarkVersion }, 1);
    if (ofProcess) collectDefaultMetrics({ register: this.#registry });
  }

  /** Value of the `Content-Type` header for `text`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Counts a batch that was judged for the first time, and updates its stream. */
  judged(model: string, result: CheckResult): void {
    // Initialises each verdict's counter with 0, so that its rate is defined as soon as the first batch arrives.
    for (const verdict of verdicts) this.#batches.inc({ model, verdict }, verdict === result.verdict ? 1 : 0);
    const { stream } = result;
    const lastBatchAt = Date.parse(result.checked_at) / 1000;
    if (result.verdict === "rejected") {
      const inAlarm = this.#inAlarm.get(model)?.has(stream) === true;
      this.stream({ model, stream, inAlarm, evidence: null, lastBatchAt });
    } else {
      this.stream({ model, stream, inAlarm: result.verdict !== "normal", evidence: alarmShare(result), lastBatchAt });
    }
  }

  /** @param seconds from a batch's arrival until its verdict was stored, including the wait for its turn */
  took(model: string, seconds: number): void {
    this.#judging.observe({ model }, seconds);
  }

  /** Counts a batch as waiting for its verdict, until the returned function is called. */
  waits(): () => void {
    this.#waiting.inc();
    return () => this.#waiting.dec();
  }

  /** Updates a stream. */
  stream({ model, stream, inAlarm, evidence, lastBatchAt }: StreamFigures): void {
    const alarmed = this.#inAlarm.get(model) ?? new Set();
    this.#inAlarm.set(model, alarmed);
    if (inAlarm) alarmed.add(stream);
    else alarmed.delete(stream);
    this.#streamsInAlarm.set({ model }, alarmed.size);
    if (!this.#series.admit({ model, stream }, inAlarm)) return;
    this.#alarm.set({ model, stream }, inAlarm ? 1 : 0);
    this.#lastBatch.set({ model, stream }, lastBatchAt);
    if (evidence !== null) this.#evidence.set({ model, stream }, evidence);
  }

  /** Removes a stream that has been retired or erased. */
  erase({ model, stream }: SeriesOfStream): void {
    this.#series.erase({ model, stream });
    const alarmed = this.#inAlarm.get(model);
    if (alarmed?.delete(stream)) this.#streamsInAlarm.set({ model }, alarmed.size);
  }

  /** @param route the address pattern, because using the address itself would allow an unlimited number of series */
  request({
    method,
    route,
    status,
    seconds,
  }: {
    method: string;
    route: string;
    status: number;
    seconds: number;
  }): void {
    this.#requests.inc({ method, route, status: String(status) });
    this.#answering.observe({ route }, seconds);
  }

  undelivered({ waiting, dead }: { readonly waiting: number; readonly dead: number }): void {
    this.#undelivered.set({ status: "waiting" }, waiting);
    this.#undelivered.set({ status: "dead" }, dead);
  }

  /** Metrics in Prometheus's text format. @param mayRead whether to include the series of a stream (default: all) */
  async text(mayRead?: (stream: string) => boolean): Promise<string> {
    const all = await this.#registry.metrics();
    if (mayRead === undefined) return all;
    const isReadable = (line: string): boolean => {
      const [, name] = /^tidemark_stream_\w+\{.*\bstream="((?:[^"\\]|\\.)*)"/s.exec(line) ?? [];
      return name === undefined || mayRead(metricsLabelValue(name));
    };
    return all.split("\n").filter(isReadable).join("\n");
  }
}

/** Prometheus's format escapes the backslash, the quote and the line feed, and nothing else. */
function metricsLabelValue(escaped: string): string {
  return escaped.replaceAll(/\\(.)/gs, (_, own: string) => (own === "n" ? "\n" : own));
}
