// The information about a model that the service's pages show: its training data, its calibration and its cross-validation, and
// a comparison with another model, as far as this is possible without data. People are counted but not named, because a token
// with read access may belong to one of them.

import { join } from "node:path";
import type { RehearsedDay } from "../monitoring/drift/calibration.ts";
import { openWatchedModel } from "../monitoring/streams/watched-model.ts";
import { showBaseline } from "./baseline.ts";
import { compareModels } from "./compare-models.ts";
import { showModel } from "./models.ts";
import type { ServedModels } from "./served-models.ts";

export interface ServedChannel {
  name: string;
  /** Unit of the sensor; null if it is unknown. */
  unit: string | null;
  mean: number;
  std: number;
  min: number;
  max: number;
  percentile_5: number;
  percentile_25: number;
  percentile_50: number;
  percentile_75: number;
  percentile_95: number;
}

export interface MeanAndSd {
  mean: number | null;
  sd: number | null;
}

export interface ServedBaseline {
  /** Name of the model's folder. */
  model: string;
  model_version: string;
  created_at: string;
  /** Folder of the model from which `retrain` started; null for a model made by `train`. */
  from: string | null;
  channels: ServedChannel[];
  /** The histograms of the channels as SVG, with escaped text. */
  histograms: string;
  /** Windows by class. */
  classes: { name: string; windows: number }[];
  /** Number of people, and the smallest and largest number of windows per person. */
  people: { count: number; fewest_windows: number; most_windows: number };
  quality: { rows_read: number; rows_kept: number; seconds: number; recordings: number; rate_hz: number | null };
  calibration: {
    /**
     * The days that were rehearsed; null if there were too few recordings, or if an older version of Tidemark made the
     * baseline.
     */
    day: RehearsedDay | null;
    /** Number of batches between false alarms; null if it was not measured. */
    run_length: { asked: number; at_least: number; confidence: number; people: number } | null;
    rungs: {
      kind: string;
      apart: string;
      seconds: number;
      batches: number;
      /** Share of held-out people's drift-free batches with p <= .05; null if it was not measured. */
      alarms_at_5_percent: number | null;
    }[];
  };
  cross_validation: {
    folds: number;
    windows: number;
    macro_f1: MeanAndSd;
    accuracy: MeanAndSd;
    kappa: MeanAndSd;
    worst_person_macro_f1: number;
    expected_calibration_error: number;
    /** Whether no person was in both the training and the test set of a fold. */
    no_shared_person: boolean;
  };
  warnings: string[];
}

export interface ServedComparison {
  first: ServedBaseline;
  second: ServedBaseline;
  /** Comparison on the people whom both cross-validations tested; null if there are none. */
  paired: {
    people: number;
    first: number;
    second: number;
    difference: number;
    /** 90 %. */
    interval: { readonly low: number; readonly high: number } | null;
    verdict: "better" | "worse" | "open" | null;
  } | null;
  warnings: string[];
}

/** Reads the information about models in a folder of model folders. */
export class BaselineReader {
  readonly #models: string;
  readonly #served: Pick<ServedModels, "resolve">;

  constructor(models: string, served: Pick<ServedModels, "resolve">) {
    this.#models = models;
    this.#served = served;
  }

  /** @throws UnknownModel, or UserError if the model's folder cannot be used */
  async baseline(name: string): Promise<ServedBaseline> {
    const { folder } = await this.#served.resolve(name);
    const directory = join(this.#models, folder);
    const [watched, { baseline, drift, day }, { version, report }] = await Promise.all([
      openWatchedModel(directory),
      showBaseline(directory),
      showModel(directory),
    ]);
    const { channelHistograms } = await import("../report/channel-histograms.ts");
    const units = new Map(watched.sensors.flatMap(({ channels, unit }) => channels.map((own) => [own, unit] as const)));
    const windows = Object.values(report.windows.per_user);
    const { summary, quality, pooled_calibrated, leakage, folds } = report;
    const measured = drift.calibration.run_length;
    return {
      model: folder,
      model_version: version.modelVersion,
      created_at: version.createdAt,
      from: version.from,
      channels: baseline.sensor_columns.map((channel) => {
        const { histogram: _, ...stats } = baseline.per_channel[channel]!;
        return { name: channel, unit: units.get(channel) ?? null, ...stats };
      }),
      histograms: channelHistograms(baseline).text,
      classes: report.classes.map((own) => ({ name: own, windows: report.windows.per_class[own] ?? 0 })),
      people: { count: version.people, fewest_windows: Math.min(...windows), most_windows: Math.max(...windows) },
      quality: {
        rows_read: quality.rows.read,
        rows_kept: quality.rows.kept,
        seconds: quality.seconds,
        recordings: quality.recordings,
        rate_hz: quality.sampling?.rate_hz ?? null,
      },
      calibration: {
        day,
        run_length:
          measured === undefined
            ? null
            : {
                asked: measured.asked,
                at_least: measured.at_least,
                confidence: measured.confidence,
                people: measured.people,
              },
        rungs: Object.entries(drift.calibration.kinds).flatMap(([kind, own]) =>
          own.rungs.map(({ seconds, scores, false_alarms }) => ({
            kind: kind.replace("_", " "),
            apart: own.apart,
            seconds,
            batches: scores.flat().length,
            alarms_at_5_percent: false_alarms?.p_at_most_5_percent ?? null,
          })),
        ),
      },
      cross_validation: {
        folds: folds.length,
        windows: report.windows.total,
        macro_f1: summary.over_folds.macro_f1,
        accuracy: summary.over_folds.accuracy,
        kappa: summary.over_folds.kappa,
        worst_person_macro_f1: summary.worst_user.macro_f1,
        expected_calibration_error: pooled_calibrated.expected_calibration_error,
        no_shared_person: leakage.no_shared_person,
      },
      warnings: [...new Set([...report.warnings, ...quality.warnings])],
    };
  }

  /** @throws UnknownModel, or UserError if a folder cannot be used */
  async comparison(first: string, second: string): Promise<ServedComparison> {
    const folders = await Promise.all([first, second].map(async (name) => (await this.#served.resolve(name)).folder));
    const [one, other] = await Promise.all(folders.map((folder) => this.baseline(folder)));
    const { compared, warnings } = await compareModels({ models: folders.map((own) => join(this.#models, own)) });
    const paired = compared[0]?.paired ?? null;
    return {
      first: one!,
      second: other!,
      paired: paired && { ...paired, people: paired.people.length },
      warnings: [...warnings],
    };
  }
}
