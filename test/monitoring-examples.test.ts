// Every option, metric, address and rule that the files in examples/monitoring use must exist.
import { readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { createProgram } from "../src/interfaces/cli/program.ts";
import { serviceDescription } from "../src/interfaces/server/service-routes.ts";
import { alertsConfigSchema } from "../src/report/alert-rules.ts";
import { ServiceMetrics } from "../src/report/service-metrics.ts";

const folder = new URL("../examples/monitoring/", import.meta.url);
const files = readdirSync(folder).filter((name) => !name.startsWith("."));
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

const optionsOf = (command: Command): string[] => [
  ...command.options.map(({ long }) => long!),
  ...command.commands.flatMap(optionsOf),
];
const known = createProgram()
  .commands.filter((command) => ["check", "serve", "token"].includes(command.name()))
  .flatMap(optionsOf);
/** Options of other programs. */
const others = ["--global", "--ignore-scripts", "--force", "--build", "--pack-destination"];

it.each(["Dockerfile", "compose.yaml", "kubernetes.yaml", "tidemark.service", "crontab", "../../docs/operation.md"])(
  "uses options that exist: %s",
  (name) => {
    const used = [...read(name).matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((option) => !known.includes(option) && !others.includes(option))).toEqual([]);
  },
);

it.each(["prometheus-rules.yml", "grafana-dashboard.json"])("uses metrics that exist: %s", async (name) => {
  const metrics = new ServiceMetrics();
  const text = await metrics.text();
  const used = [...read(name).matchAll(/\btidemark_[a-z_]+/g)].map(([metric]) => metric.replace(/_bucket$/, ""));
  expect(used.length).toBeGreaterThan(5);
  for (const metric of new Set(used)) expect(text).toContain(`# TYPE ${metric} `);
});

it.each(files.filter((name) => /\.(ya?ml|json)$/.test(name)))("is well-formed: %s", (name) => {
  for (const { errors } of parseAllDocuments(read(name))) expect(errors).toEqual([]);
});

it("has rules for alerts that the service accepts", () => {
  const [document] = parseAllDocuments(read("alerts.yaml"));
  expect(alertsConfigSchema.parse(document!.toJS()).rules).toHaveLength(1);
});

it("probes addresses that exist", () => {
  const probed = [
    ...[...read("kubernetes.yaml").matchAll(/path: (\/\w+)/g)].map(([, path]) => path!),
    ...[...read("compose.yaml").matchAll(/127\.0\.0\.1:8787(\/\w+)/g)].map(([, path]) => path!),
  ];
  expect(probed).toEqual(["/readyz", "/livez", "/readyz", "/readyz"]);
  expect(Object.keys(serviceDescription().paths as object)).toEqual(expect.arrayContaining([...probed, "/metrics"]));
});

it("is listed in docs/operation.md", () => {
  const page = read("../../docs/operation.md");
  expect(files.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
