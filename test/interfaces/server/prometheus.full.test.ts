// Uses real Prometheus and Alertmanager (Debian's packages) to test that a stream's alarm fires and resolves, once through
// Prometheus's rules and once through Alertmanager's API.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freePort } from "../../free-port.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, start } from "../../pipelines/tiny-run.ts";
import { post, startService } from "./running-service.ts";

const examples = fileURLToPath(new URL("../../../examples/monitoring/", import.meta.url));
const directory = fileDirectory();
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const hasPrometheus = ["prometheus", "promtool", "prometheus-alertmanager"].every(isThere);
const skipped = hasPrometheus ? "" : " (skipped: no prometheus, promtool or prometheus-alertmanager)";

interface Notified {
  readonly alerts: readonly { status: "firing" | "resolved"; labels: Record<string, string> }[];
}
const notified: string[] = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const { alerts }: Notified = JSON.parse(body);
    notified.push(...alerts.map(({ status, labels }) => `${status} ${labels.alertname} ${labels.stream}`));
    response.end();
  });
});

const children: ChildProcess[] = [];
function run(program: string, words: readonly string[]): void {
  children.push(spawn(program, words, { cwd: directory, stdio: "ignore" }));
}

const isReady = (url: string): Promise<void> =>
  vi.waitFor(async () => expect((await fetch(url)).ok).toBe(true), { timeout: 30_000, interval: 100 });

beforeAll(async () => {
  mkdirSync(join(directory, "models"));
  unpackOldModel(join(directory, "models"));
  await once(receiver.listen(0, "127.0.0.1"), "listening");
});
afterAll(async () => {
  for (const child of children) {
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill();
    await ended;
  }
  receiver.close();
});

describe.skipIf(!hasPrometheus)(`Prometheus and Alertmanager${skipped}`, () => {
  it("accept the example's rules", () => {
    const checked = spawnSync("promtool", ["check", "rules", "prometheus-rules.yml"], {
      cwd: examples,
      encoding: "utf8",
    });
    expect(checked.stdout + checked.stderr).toContain("SUCCESS: 7 rules found");
  });

  it("fire by the example's rules for what the rules name, counting each stream once, and for nothing else", () => {
    const replicas = ["a:8787", "b:8787"];
    const of = (metric: string, labels: string, values: string): { series: string; values: string }[] =>
      replicas.map((instance) => ({
        series: `${metric}{job="tidemark",instance="${instance}"${labels === "" ? "" : `,${labels}`}}`,
        values,
      }));
    const walk = 'model="walk"';
    const fine = [
      ...of("tidemark_stream_in_alarm", `${walk},stream="wrist-1"`, "0x1500"),
      ...of("tidemark_streams_in_alarm", walk, "9x1500"),
      ...of("tidemark_stream_last_batch_timestamp_seconds", `${walk},stream="wrist-1"`, "0+60x1500"),
      ...of("tidemark_batches_total", `${walk},verdict="normal"`, "0+10x1500"),
      ...of("tidemark_batches_total", `${walk},verdict="rejected"`, "0+1x1500"),
      ...of("tidemark_batch_duration_seconds_bucket", `${walk},le="5"`, "0+100x1500"),
      ...of("tidemark_batch_duration_seconds_bucket", `${walk},le="+Inf"`, "0+100x1500"),
      ...of("tidemark_alerts_undelivered", 'status="dead"', "0x1500"),
      ...of("up", "", "1x1500"),
    ];
    const ill = [
      ...of("tidemark_stream_in_alarm", `${walk},stream="wrist-1"`, "1x1500"),
      ...of("tidemark_streams_in_alarm", walk, "11x1500"),
      ...of("tidemark_stream_last_batch_timestamp_seconds", `${walk},stream="wrist-1"`, "0x1500"),
      ...of("tidemark_batches_total", `${walk},verdict="normal"`, "0+10x1500"),
      ...of("tidemark_batches_total", `${walk},verdict="rejected"`, "0+4x1500"),
      ...of("tidemark_batch_duration_seconds_bucket", `${walk},le="5"`, "0+98x1500"),
      ...of("tidemark_batch_duration_seconds_bucket", `${walk},le="10"`, "0+100x1500"),
      ...of("tidemark_batch_duration_seconds_bucket", `${walk},le="+Inf"`, "0+100x1500"),
      ...of("tidemark_alerts_undelivered", 'status="dead"', "1x1500"),
      ...of("up", "", "0x1500"),
    ];
    const stream = { model: "walk", stream: "wrist-1" };
    const firing: Record<string, readonly Record<string, string>[]> = {
      TidemarkStreamInAlarm: [{ severity: "warning", ...stream }],
      TidemarkManyStreamsInAlarm: [{ severity: "critical", model: "walk" }],
      TidemarkStreamSilent: [{ severity: "warning", ...stream }],
      TidemarkBatchesRejected: [{ severity: "warning", model: "walk" }],
      TidemarkSlow: [{ severity: "warning" }],
      TidemarkAlertsUndelivered: [{ severity: "warning", status: "dead" }],
      TidemarkDown: replicas.map((instance) => ({ severity: "critical", job: "tidemark", instance })),
    };
    const tested = (series: typeof fine, alerts: typeof firing) => ({
      interval: "1m",
      input_series: series,
      promql_expr_test: [],
      // A day and one minute after the last batch of the silent stream.
      alert_rule_test: Object.keys(firing).map((alertname) => ({
        eval_time: "24h1m",
        alertname,
        exp_alerts: (alerts[alertname] ?? []).map((exp_labels) => ({ exp_labels })),
      })),
    });
    const rules = readFileSync(join(examples, "prometheus-rules.yml"), "utf8");
    // Without the descriptions, which are meant for human readers and need not be compared.
    const bare = rules.replaceAll(/^ +(annotations:|summary:.*|description:.*)\n/gm, "");
    writeFileSync(join(directory, "bare-rules.yml"), bare);
    const file = { rule_files: ["bare-rules.yml"], evaluation_interval: "1m" };
    writeFileSync(
      join(directory, "rules-test.json"),
      JSON.stringify({ ...file, tests: [tested(fine, {}), tested(ill, firing)] }),
    );
    const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", "rules-test.json"], {
      cwd: directory,
      encoding: "utf8",
    });
    expect(`${stdout}${stderr}`).toContain("SUCCESS");
    expect(status).toBe(0);
  });

  it("are told when an alarm begins and when it ends", async () => {
    const [alertmanager, prometheus] = await Promise.all([freePort(), freePort()]);
    writeFileSync(
      join(directory, "alertmanager.yml"),
      JSON.stringify({
        route: { receiver: "test", group_by: ["..."], group_wait: "0s", group_interval: "1s", repeat_interval: "1h" },
        receivers: [
          {
            name: "test",
            webhook_configs: [
              { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, send_resolved: true },
            ],
          },
        ],
      }),
    );
    run("prometheus-alertmanager", [
      "--config.file=alertmanager.yml",
      "--storage.path=alertmanager",
      "--cluster.listen-address=",
      `--web.listen-address=127.0.0.1:${alertmanager}`,
    ]);
    const alerts = { targets: { am: `alertmanager+http://127.0.0.1:${alertmanager}` }, rules: [{ to: ["am"] }] };
    writeFileSync(join(directory, "serve.yaml"), JSON.stringify({ models: "models", alerts }));
    await isReady(`http://127.0.0.1:${alertmanager}/-/ready`);
    const service = await startService(["--config", "serve.yaml"], directory);
    writeFileSync(
      join(directory, "prometheus.yml"),
      JSON.stringify({
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        rule_files: [join(examples, "prometheus-rules.yml")],
        alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }] },
        scrape_configs: [{ job_name: "tidemark", static_configs: [{ targets: [new URL(service.url).host] }] }],
      }),
    );
    run("prometheus", [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=prometheus",
      `--web.listen-address=127.0.0.1:${prometheus}`,
    ]);
    await isReady(`http://127.0.0.1:${prometheus}/-/ready`);

    const good = gunzipSync(readFileSync(join(directory, "models/batch.csv.gz"))).toString();
    const [header, ...rows] = good.trimEnd().split("\n");
    const times30 = (row: string): string =>
      row
        .split(",")
        .map((value, i) => (i < 4 ? value : String(30 * Number(value))))
        .join(",");
    const batch = (id: string): string => `/v1/models/walk/streams/wrist-7/batches/${id}`;
    const type = { "content-type": "text/csv" };
    const faulty = await post(service.url, batch("b1"), [header, ...rows.map(times30)].join("\n"), type);
    expect(faulty.json.verdict).toBe("sudden_change");
    const both = (status: string): string[] => [
      `${status} TidemarkAlarm wrist-7`,
      `${status} TidemarkStreamInAlarm wrist-7`,
    ];
    await vi.waitFor(() => expect(notified).toEqual(expect.arrayContaining(both("firing"))), {
      timeout: 60_000,
      interval: 100,
    });

    // Prometheus has data for every panel of the example's dashboard, except perhaps the one for failed requests.
    const { panels } = JSON.parse(readFileSync(join(examples, "grafana-dashboard.json"), "utf8")) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const query = expr.replaceAll("$model", ".*").replaceAll("$__rate_interval", "10s");
        const asked = `http://127.0.0.1:${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
        await vi.waitFor(async () => {
          const { status, data } = (await (await fetch(asked)).json()) as { status: string; data: { result: [] } };
          expect({ title, status }).toEqual({ title, status: "success" });
          if (!query.includes("[45]..")) expect(data.result, title).not.toEqual([]);
        }, 20_000);
      }
    }

    // The dashboard's list of models, and the rules, find data in Prometheus, too.
    const ask = async (path: string): Promise<unknown> => {
      const reply = await fetch(`http://127.0.0.1:${prometheus}/api/v1/${path}`);
      return ((await reply.json()) as { data: unknown }).data;
    };
    const { templating } = JSON.parse(readFileSync(join(examples, "grafana-dashboard.json"), "utf8"));
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(templating.list[1].query.query)!;
    expect(await ask(`label/${label}/values?match[]=${metric}`)).toEqual(["walk"]);
    const { groups } = (await ask("rules")) as { groups: { rules: { health: string }[] }[] };
    expect(groups.flatMap(({ rules }) => rules.map(({ health }) => health))).toEqual(Array(7).fill("ok"));

    // After a reset, the next good batch clears the alarm.
    const reset = await start(["reference", "reset", "--model", "models/walk", "--stream", "wrist-7"], directory).ended;
    expect(reset.exitCode).toBe(0);
    expect((await post(service.url, batch("b2"), good, type)).json.verdict).toBe("normal");
    await vi.waitFor(() => expect(notified).toEqual(expect.arrayContaining(both("resolved"))), {
      timeout: 60_000,
      interval: 100,
    });
    expect((await service.stop()).code).toBe(0);
  });
});
