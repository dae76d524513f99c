import type { Command } from "commander";
import { counted } from "../../counted.ts";
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import {
  addOptions,
  compareOptions,
  listOptions,
  modelOptions,
  promoteOptions,
  rollbackOptions,
} from "../../options/folder-options.ts";
import { resolveCompareConfig } from "../../options/resolve-config.ts";
import { resolveOptions } from "../../options/resolve-options.ts";
import type { ModelComparison } from "../../pipelines/compare-models.ts";
import type { ModelVersion, Promotion, ShownModel } from "../../pipelines/models.ts";
import { comparedModelsJoinText, comparedModelsText } from "./compared-models-text.ts";
import { defineCommand, defineGroup, type Shown } from "./define-command.ts";
import type { Closing } from "./help-closing.ts";
import { fixedNumberText, meanAndSdText } from "./number-text.ts";
import type { Block } from "./terminal.ts";

const closing: Closing = {
  examples: [
    "tidemark models list --dir models",
    "tidemark models add models/other --as walk",
    "tidemark models compare models/walk models/walk-v2",
    "tidemark models compare models/walk models/other --on labelled.parquet",
    "tidemark models promote models/walk-v2",
    "tidemark models rollback walk --dir models",
  ],
  notes: [
    "All versions of a line are in the same directory and share the line's name, by default the name of the first " +
      "version's folder. Every command with --model also accepts models/walk@champion, and models/walk@3 for version 3. " +
      "Neither promoting nor rolling back changes a model: both change registry.json, a small file, and promoting also " +
      "clears the references of the model's streams.",
  ],
  exitCodes: [
    [0, "done, or nothing to do"],
    [1, "a defect in Tidemark"],
    [2, "wrong usage"],
  ],
};

/** `tidemark models` */
export function modelsCommand(): Command {
  const answer = ({ terminal, json }: Shown, value: unknown, blocks: readonly Block[]): void =>
    json ? terminal.json(value) : terminal.print(...blocks);
  const list = defineCommand({
    name: "list",
    summary: "list all models in a folder, by line and version",
    options: listOptions,
    resolve: (given) => resolveOptions(listOptions, given),
    json: "one line of JSON",
    run: async ({ dir }, shown) => {
      const { listModels } = await import("../../pipelines/models.ts");
      const unreadable: string[] = [];
      const warn = (message: string): void => {
        unreadable.push(message);
        shown.terminal.warn(message);
      };
      const versions = await listModels(dir, { reporter: { warn } });
      shown.terminal.detail(`read       ${counted(versions.length, "model")} in ${dir}`);
      answer(shown, versions.map(snakeKeys), modelsListLines(versions, unreadable.length > 0));
    },
  });
  const show = defineCommand({
    name: "show",
    summary: "show what a model is, how well it performs, and how it was made",
    options: modelOptions,
    resolve: (given) => resolveOptions(modelOptions, given),
    json: "one line of JSON",
    run: async ({ model }, shown) => {
      const { showModel } = await import("../../pipelines/models.ts");
      const own = await showModel(model);
      shown.terminal.detail(`read       ${own.version.modelVersion} in ${model}`);
      answer(shown, modelsShowJson(own), modelsShowLines(own));
    },
  });
  const compare = defineCommand({
    name: "compare",
    summary: "compare models by person, in cross-validation or on labelled recordings",
    options: compareOptions,
    resolve: resolveCompareConfig,
    json: "one line of JSON",
    run: async (config, shown) => {
      const { compareModels } = await import("../../pipelines/compare-models.ts");
      const comparison = await compareModels(config, { reporter: { warn: shown.terminal.warn } });
      const read = comparison.models.map(
        ({ version }, i) => `read       ${version.modelVersion} in ${config.models[i]}`,
      );
      shown.terminal.detail(...read);
      answer(shown, modelsCompareJson(comparison), modelsCompareLines(comparison));
    },
  });
  const add = defineCommand({
    name: "add",
    summary: "add a model to a line, and compare it with the line's champion",
    options: addOptions,
    resolve: (given) => resolveOptions(addOptions, given),
    json: "one line of JSON",
    run: async ({ model, as }, shown) => {
      const { addModel } = await import("../../pipelines/add-model.ts");
      const joined = await addModel(model, as, { reporter: { warn: shown.terminal.warn } });
      shown.terminal.detail(`read       ${model}, the champion of ${as} and the registry in the same folder`);
      answer(shown, snakeKeys(joined), comparedModelsJoinText(joined, model));
    },
  });
  const promote = defineCommand({
    name: "promote",
    summary: "make a model the champion of its line, with empty references",
    options: promoteOptions,
    resolve: (given) => resolveOptions(promoteOptions, given),
    json: "one line of JSON",
    run: async ({ model, store }, shown) => {
      const { promote } = await import("../../pipelines/models.ts");
      const promotion = await promote(model, store === undefined ? {} : { store });
      shown.terminal.detail(`read       ${model} and the registry in the same folder`);
      answer(shown, promotion, [modelsPromotionLine(promotion)]);
    },
  });
  const rollback = defineCommand({
    name: "rollback",
    summary: "make the previous champion the champion again, with its references unchanged",
    options: rollbackOptions,
    resolve: (given) => resolveOptions(rollbackOptions, given),
    json: "one line of JSON",
    run: async ({ line, dir }, shown) => {
      const { rollback } = await import("../../pipelines/models.ts");
      const promotion = await rollback(dir, line);
      shown.terminal.detail(`read       the registry of ${dir} and model ${promotion.champion}`);
      answer(shown, promotion, [modelsPromotionLine(promotion)]);
    },
  });
  return defineGroup({
    name: "models",
    summary: "manage model versions: list, add, compare, promote, roll back",
    description:
      "Lists the models in a folder, shows and compares them, adds a model to a line, promotes a model to champion " +
      "of its line, or rolls a promotion back.",
    commands: [list, show, add, compare, promote, rollback],
    closing,
  });
}

/** Returns the output for --json. In reports from earlier versions, the options are in camelCase. */
function modelsShowJson({ version, report, retraining }: ShownModel): Record<string, unknown> {
  return {
    version: snakeKeys(version),
    report: { ...report, config: snakeKeys(report.config) },
    retraining: retraining && { ...retraining, config: snakeKeys(retraining.config) },
  };
}

/** What `models compare --json` prints. */
type PrintedComparison = SnakeKeys<Omit<ModelComparison, "models">> & { models: Record<string, unknown>[] };

function modelsCompareJson({ models, ...others }: ModelComparison): PrintedComparison {
  return { models: models.map(modelsShowJson), ...snakeKeys(others) };
}

function modelsListLines(versions: readonly ModelVersion[], hasUnreadable: boolean): Block[] {
  if (versions.length === 0) return [hasUnreadable ? "no readable models" : "no models"];
  const rows = versions.map(({ line, name, number, champion, createdAt, people, macroF1, from }) => [
    `${line}@${number}`,
    name,
    champion ? "champion" : "",
    createdAt.slice(0, 10),
    String(people),
    meanAndSdText(macroF1),
    from ?? "trained",
  ]);
  return [{ headers: ["version", "model", "", "made", "people", "macro-F1 over folds", "from"], rows }];
}

function modelsShowLines({ version, report, retraining }: ShownModel): string[] {
  const { comparison, winner } = retraining ?? {};
  return [
    `${version.modelVersion} of line ${version.line}`,
    `made       ${version.createdAt.slice(0, 16).replace("T", " ")} from ${version.from ?? "labelled recordings"}`,
    `people     ${version.people}`,
    `classes    ${version.classes.join(", ")}`,
    `macro-F1   ${meanAndSdText(report.summary.over_folds.macro_f1)} over folds, ` +
      `${meanAndSdText(report.summary.over_users.macro_f1)} over people`,
    ...(comparison === undefined
      ? []
      : [
          `retrained  cycle ${winner} won; macro-F1 on the holdout ${fixedNumberText(comparison.candidate_macro_f1)} ` +
            `(previous model: ${fixedNumberText(comparison.champion_macro_f1)})`,
        ]),
  ];
}

function modelsCompareLines({ models: shown, compared }: ModelComparison): Block[] {
  const row = (name: string, value: (one: ShownModel) => string): string[] => [name, ...shown.map(value)];
  const over = (key: "macro_f1" | "accuracy" | "expected_calibration_error") => (one: ShownModel) =>
    meanAndSdText(one.report.summary.over_folds[key]);
  const table = {
    headers: ["", ...shown.map(({ version }) => version.name)],
    rows: [
      row("made", ({ version }) => version.createdAt.slice(0, 10)),
      row("from", ({ version }) => version.from ?? "trained"),
      row("people", ({ version }) => String(version.people)),
      row("macro-F1", over("macro_f1")),
      row("accuracy", over("accuracy")),
      row("calibration error", over("expected_calibration_error")),
      row("worst person", ({ report }) => fixedNumberText(report.summary.worst_user.macro_f1)),
    ],
  };
  return [
    table,
    "",
    "The table shows each model's own cross-validation; a retrained model may have been cross-validated on fewer people.",
    ...compared.flatMap(comparedModelsText),
  ];
}

function modelsPromotionLine({ line, champion, previous }: Promotion): string {
  return `${champion} is the champion of ${line}${previous === null ? "" : `; the previous one was ${previous}`}`;
}
