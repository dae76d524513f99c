import type { Command } from "commander";
import { compareOptions, listOptions, modelOptions, rollbackOptions } from "../../folder-options.ts";
import { snakeKeys } from "../../letter-case.ts";
import type { ModelVersion, Promotion, ShownModel } from "../../pipelines/models.ts";
import { resolveOptions } from "../../resolve-options.ts";
import { json } from "../../shared-options.ts";
import { defineCommand, defineGroup } from "./define-command.ts";
import { fixed, meanAndSd } from "./format.ts";
import { tableLines } from "./table.ts";
import { print } from "./terminal.ts";

const closing = `
Examples:
  tidemark models list --dir models
  tidemark models compare models/walk models/walk-v2
  tidemark models promote models/walk-v2
  tidemark models rollback walk --dir models

All versions of a line share the name of the first one's folder; every command
that takes a --model also takes models/walk@champion. Promoting and going back
change one small file, registry.json, and no model.

Exit codes:
  0    done, or nothing to do
  1    a defect of tidemark
  2    wrong use`;

/** `tidemark models` */
export function modelsCommand(): Command {
  const printing = { json: json("one line of JSON") };
  const answer = (json: unknown, value: unknown, lines: readonly string[]): void =>
    print(...(json === true ? [JSON.stringify(value)] : lines));
  const list = defineCommand({
    name: "list",
    summary: "every model of a folder, by line and age",
    options: listOptions,
    printing,
    run: async (given, { json }) => {
      const { dir } = resolveOptions(listOptions, given);
      const { listModels } = await import("../../pipelines/models.ts");
      const versions = await listModels(dir);
      answer(json, versions.map(snakeKeys), listLines(versions));
    },
  });
  const show = defineCommand({
    name: "show",
    summary: "one model: what it is, how good, and how it was made",
    options: modelOptions,
    printing,
    run: async (given, { json }) => {
      const { model } = resolveOptions(modelOptions, given);
      const { showModel } = await import("../../pipelines/models.ts");
      const shown = await showModel(model);
      answer(json, printedModel(shown), showLines(shown));
    },
  });
  const compare = defineCommand({
    name: "compare",
    summary: "two models or more, by their own cross-validation",
    options: compareOptions,
    printing,
    run: async (given, { json }) => {
      const { models } = resolveOptions(compareOptions, given);
      const { showModel } = await import("../../pipelines/models.ts");
      const shown = await Promise.all(models.map(showModel));
      answer(json, shown.map(printedModel), compareLines(shown));
    },
  });
  const promote = defineCommand({
    name: "promote",
    summary: "make a model the champion of its line; its references start empty",
    options: modelOptions,
    printing,
    run: async (given, { json }) => {
      const { model } = resolveOptions(modelOptions, given);
      const { promote } = await import("../../pipelines/models.ts");
      const promotion = await promote(model);
      answer(json, promotion, [promotionLine(promotion)]);
    },
  });
  const rollback = defineCommand({
    name: "rollback",
    summary: "make the champion before champion again, as it was left",
    options: rollbackOptions,
    printing,
    run: async (given, { json }) => {
      const { line, dir } = resolveOptions(rollbackOptions, given);
      const { rollback } = await import("../../pipelines/models.ts");
      const promotion = await rollback(dir, line);
      answer(json, promotion, [promotionLine(promotion)]);
    },
  });
  return defineGroup({
    name: "models",
    summary: "versions of models side by side: which is the champion, and how to roll back",
    description:
      "Lists the models of a folder, shows and compares them, makes one the champion of its line, or goes back.",
    commands: [list, show, compare, promote, rollback],
    closing,
  });
}

function printedModel({ version, ...reports }: ShownModel): Record<string, unknown> {
  return { version: snakeKeys(version), ...reports };
}

function listLines(versions: readonly ModelVersion[]): string[] {
  if (versions.length === 0) return ["no models"];
  const rows = versions.map(({ line, name, champion, createdAt, people, macroF1, from }) => [
    ...[
      line,
      name,
      champion ? "champion" : "",
      createdAt.slice(0, 10),
      String(people),
      meanAndSd(macroF1),
      from ?? "trained",
    ],
  ]);
  return tableLines(["line", "model", "", "made", "people", "macro F1 over folds", "from"], rows);
}

function showLines({ version, report, retraining }: ShownModel): string[] {
  const { comparison, winner } = retraining ?? {};
  return [
    `${version.modelVersion} of line ${version.line}`,
    `made       ${version.createdAt.slice(0, 16).replace("T", " ")} from ${version.from ?? "labelled recordings"}`,
    `people     ${version.people}`,
    `classes    ${version.classes.join(", ")}`,
    `macro F1   ${meanAndSd(report.summary.over_folds.macro_f1)} over folds, ${meanAndSd(report.summary.over_users.macro_f1)} over people`,
    ...(comparison === undefined
      ? []
      : [
          `retrained  cycle ${winner} won; on the people who decided ${fixed(comparison.candidate_macro_f1)}, the model before ${fixed(comparison.champion_macro_f1)}`,
        ]),
  ];
}

function compareLines(shown: readonly ShownModel[]): string[] {
  const row = (name: string, value: (one: ShownModel) => string): string[] => [name, ...shown.map(value)];
  const over = (key: "macro_f1" | "accuracy" | "expected_calibration_error") => (one: ShownModel) =>
    meanAndSd(one.report.summary.over_folds[key]);
  const table = tableLines(
    ["", ...shown.map(({ version }) => version.name)],
    [
      row("made", ({ version }) => version.createdAt.slice(0, 10)),
      row("from", ({ version }) => version.from ?? "trained"),
      row("people", ({ version }) => String(version.people)),
      row("macro F1", over("macro_f1")),
      row("accuracy", over("accuracy")),
      row("calibration error", over("expected_calibration_error")),
      row("worst person", ({ report }) => fixed(report.summary.worst_user.macro_f1)),
    ],
  );
  return [
    ...table,
    "",
    "Each by its own folds; a retrained model's people may be fewer. What decided is in its report.",
  ];
}

function promotionLine({ line, champion, previous }: Promotion): string {
  return `${champion} is the champion of ${line}${previous === null ? "" : `; before it was ${previous}`}`;
}
