// Compares models person by person, either in their own cross-validations or on given labelled recordings.

import { type PairedPeople, pairPeople } from "../learning/evaluation/paired-people.ts";
import type { CvReport } from "../learning/training/cv-report.ts";
import { listedNames } from "../listed-names.ts";
import { type CompareConfig, type CompareOptions, resolveCompareConfig } from "../options/resolve-config.ts";
import { Rng } from "../random.ts";
import { type Reporter, reporterOf } from "../reporter.ts";
import { evaluate } from "./evaluate.ts";
import { type ShownModel, showModel } from "./models.ts";

export type { PairedPeople } from "../learning/evaluation/paired-people.ts";

/** The comparison of one model with the first. */
export interface ComparedModels {
  /** Folder name of the first model. */
  readonly first: string;
  /** Folder name of the other model. */
  readonly second: string;
  /** Source of the scores, one of: cross-validation (each model's own), files. */
  readonly on: "cross-validation" | "files";
  /** Scores of the people who were tested with both models; null if there are none. */
  readonly paired: PairedPeople | null;
}

/** The result of `compareModels`. */
export interface ModelComparison {
  /** The models with their reports, in the given order. */
  readonly models: readonly ShownModel[];
  /** The comparison of each further model with the first. */
  readonly compared: readonly ComparedModels[];
  /** Differences between the models to consider when reading the figures. */
  readonly warnings: readonly string[];
}

const comparisonSeed = 42;

/**
 * Compares the first model with each of the others, person by person.
 *
 * @param options the same as on the command line; `models` is required
 * @throws UserError if an option is wrong, a folder is not a model, or the recordings cannot be evaluated
 */
export async function compareModels(
  options: CompareOptions,
  run: { reporter?: Partial<Reporter> } = {},
): Promise<ModelComparison> {
  const { models, on, ...reading } = resolveCompareConfig(options);
  const { warn } = reporterOf(run.reporter);
  const shown = await Promise.all(models.map(showModel));
  const scores: ReadonlyMap<string, number>[] = [];
  for (const [i, model] of models.entries()) {
    scores.push(
      on === undefined
        ? crossValidatedScoresToCompare(shown[i]!.report)
        : await evaluatedScoresToCompare(model, on, reading, (message) =>
            warn(`${shown[i]!.version.name}: ${message}`),
          ),
    );
  }
  const [first, ...others] = shown;
  const source = on === undefined ? "cross-validation" : "files";
  const compared = others.map(
    (other, i): ComparedModels => ({
      first: first!.version.name,
      second: other.version.name,
      on: source,
      paired: pairPeople(scores[0]!, scores[i + 1]!, Rng.fromSeed(comparisonSeed)),
    }),
  );
  const warnings = others.flatMap((other) => incomparableModels(first!, other, source));
  for (const warning of warnings) warn(warning);
  return { models: shown, compared, warnings };
}

function crossValidatedScoresToCompare({ users }: CvReport): Map<string, number> {
  return new Map(users.map(({ user, metrics }) => [user, metrics.macro_f1]));
}

async function evaluatedScoresToCompare(
  model: string,
  files: string[],
  reading: Omit<CompareConfig, "models" | "on">,
  warn: Reporter["warn"],
): Promise<Map<string, number>> {
  const { people } = await evaluate({ ...reading, files, model }, { reporter: { warn } });
  return new Map(people.map(({ user, metrics }) => [user, metrics.macro_f1]));
}

/**
 * Says why the scores of two models are not comparable: only one of them has windows of some class, or their windows in
 * cross-validation were cut differently.
 * @param on source of the scores
 */
export function incomparableModels(first: ShownModel, second: ShownModel, on: ComparedModels["on"]): string[] {
  const [a, b] = [first.version.name, second.version.name];
  const only = (one: ShownModel, other: ShownModel): string[] => {
    const names = classesToCompare(one).filter((name) => !classesToCompare(other).includes(name));
    return names.length === 0 ? [] : [`only ${one.version.name} has windows of ${listedNames(names)}`];
  };
  const differences = [...only(first, second), ...only(second, first)];
  const [cutFirst, cutSecond] = [windowsToCompare(first), windowsToCompare(second)];
  return [
    ...(differences.length === 0
      ? []
      : [`${a} and ${b} have different classes (${differences.join("; ")}), so their macro-F1 differs in meaning.`]),
    ...(on === "files" || cutFirst === cutSecond
      ? []
      : [
          `${a} was cross-validated on windows of ${cutFirst}, and ${b} on windows of ${cutSecond}, so the scores may differ because of the windows. To compare both models on the same recordings, use --on.`,
        ]),
  ];
}

/** The classes of which a model was trained on at least one window. */
function classesToCompare({ version, report }: ShownModel): string[] {
  return version.classes.filter((name) => report.windows.per_class[name] !== 0);
}

/** Length and purity of a model's windows; other versions of Tidemark may have written no purity. */
function windowsToCompare({ report: { config } }: ShownModel): string {
  const seconds = Number((Number(config.window) / Number(config.rate)).toPrecision(3));
  return `${seconds} s with --purity ${config.purity ?? 1}`;
}
