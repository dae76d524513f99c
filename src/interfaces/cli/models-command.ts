import { Command } from "commander";
import type { ModelVersion, Promotion, ShownModel } from "../../pipelines/models.ts";
import { fixed, meanAndSd } from "./format.ts";
import { textOption } from "./options.ts";
import { snakeKeys } from "./snake-keys.ts";
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
  const command = new Command("models")
    .summary("versions of models side by side: which is the champion, and how to roll back")
    .description(
      "Lists the models of a folder, shows and compares them, makes one the champion of its line, or goes back.",
    )
    .usage("list|show|compare|promote|rollback ...")
    .addHelpText("after", closing);
  const answer = (json: unknown, value: unknown, lines: readonly string[]): void =>
    print(...(json === true ? [JSON.stringify(value)] : lines));
  const withJson = (own: Command): Command => own.option("--json", "print one line of JSON");

  const list = command.command("list").summary("every model of a folder, by line and age");
  textOption(list, "--dir <dir>", "a folder of model folders", "models");
  withJson(list).action(async ({ dir = "models", json }: Given) => {
    const { listModels } = await import("../../pipelines/models.ts");
    const versions = await listModels(dir);
    answer(json, versions.map(snakeKeys), listLines(versions));
  });

  withJson(command.command("show").summary("one model: what it is, how good, and how it was made"))
    .argument("<model>", "a model folder, or DIR/LINE@champion")
    .action(async (model: string, { json }: Given) => {
      const { showModel } = await import("../../pipelines/models.ts");
      const shown = await showModel(model);
      answer(json, printedModel(shown), showLines(shown));
    });

  withJson(command.command("compare").summary("two models or more, by their own cross-validation"))
    .argument("<models...>", "model folders, or DIR/LINE@champion")
    .action(async (models: string[], { json }: Given) => {
      const { showModel } = await import("../../pipelines/models.ts");
      const shown = await Promise.all(models.map(showModel));
      answer(json, shown.map(printedModel), compareLines(shown));
    });

  withJson(command.command("promote").summary("make a model the champion of its line; its references start empty"))
    .argument("<model>", "a model folder")
    .action(async (model: string, { json }: Given) => {
      const { promote } = await import("../../pipelines/models.ts");
      const promotion = await promote(model);
      answer(json, promotion, [promotionLine(promotion)]);
    });

  const back = command.command("rollback").summary("make the champion before champion again, as it was left");
  textOption(back, "--dir <dir>", "a folder of model folders", "models");
  withJson(back)
    .argument("<line>", "the name that all versions share")
    .action(async (line: string, { dir = "models", json }: Given) => {
      const { rollback } = await import("../../pipelines/models.ts");
      const promotion = await rollback(dir, line);
      answer(json, promotion, [promotionLine(promotion)]);
    });
  return command;
}

interface Given {
  dir?: string;
  json?: boolean;
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
