// retrain_report.json: the results of every cycle, the gate's rules, and the outcome.

import { z } from "zod";
import type { StopReason } from "./curriculum.ts";
import type { CycleReport } from "./cycle-report.ts";
import type { GateRule, HoldoutComparison, Proxies } from "./promotion-gate.ts";

/** The content of retrain_report.json. */
export interface RetrainReport {
  schema_version: 1;
  /** When the report was written; ISO 8601, UTC. */
  created_at: string;
  /** Version of the current champion. */
  champion: string;
  /** Version of the candidate; null if it was rejected before it became a model. */
  candidate: string | null;
  /** Options of the retraining. */
  config: Record<string, unknown>;
  /** Class names, in the order of the network's outputs. */
  classes: string[];
  /** Labelled people in the training data, and their windows. */
  labelled: {
    /** Names of the people. */
    people: string[];
    /** Number of their windows. */
    windows: number;
  };
  /** Labelled people in the holdout, and their windows. */
  holdout: {
    /** Names of the people. */
    people: string[];
    /** Number of their windows. */
    windows: number;
  };
  /** The unlabelled recordings. */
  unlabelled: {
    /** Paths, as given by the user. */
    files: string[];
    /** "sha256:..." hash of their content. */
    fingerprint: string;
    /** Number of their windows. */
    windows: number;
  };
  /** Cycles in order, starting with cycle 0. */
  cycles: CycleReport[];
  /** Number of the cycle that scored best on the holdout. */
  winner: number;
  /** Why no more cycles were run; "adabn" if the adaptation replaced the cycles. */
  stopped: StopReason | "adabn";
  /** Comparison between the best cycle and the champion. */
  comparison: HoldoutComparison;
  /** Measures on the unlabelled windows; null if the candidate had already failed on the holdout. */
  proxies: {
    /** Measures of the champion. */
    champion: Proxies;
    /** Measures of the best cycle's network. */
    candidate: Proxies;
  } | null;
  /** The promotion gate. */
  gate: {
    /** Whether the candidate satisfies every rule. */
    passed: boolean;
    /** Every rule with its measured value. */
    rules: GateRule[];
  };
  /** Duration in seconds. */
  seconds: number;
  /** Warnings for the reader. */
  warnings: string[];
}

/** Clauses that follow "because". */
export const stopPhrases: Readonly<Record<RetrainReport["stopped"], string>> = {
  vanished: "a class was no longer selected",
  dominated: "one class made up more than 80 % of the selection",
  "nothing selected": "no unlabelled window was confident enough",
  dropped: "macro-F1 on the holdout was worse than without pseudo-labels",
  "no gain": "further cycles did not improve the score on the holdout",
  "all selected": "all unlabelled windows were already in use",
  cycles: "all cycles were run",
  adabn: "the statistics of batch normalization were taken from the unlabelled windows",
};

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const names = z.array(z.string());

export const cycleSchema: z.ZodType<CycleReport> = z.object({
  cycle: count,
  share: share.describe("requested share of the unlabelled windows; caps may allow less"),
  selection: z
    .object({
      total: count,
      per_class: z.record(z.string(), count),
      thresholds: z.record(z.string(), share.nullable()).describe("lowest confidence selected, per class"),
      share_shift: share.describe(
        "total variation distance between the class shares of the selection and of the labelled windows",
      ),
      truth: z
        .object({
          accuracy: share,
          per_class: z.record(z.string(), z.object({ precision: share.nullable(), recall: share.nullable() })),
        })
        .nullable()
        .describe("accuracy of the pseudo-labels, if --truth gives the column of true labels"),
    })
    .nullable()
    .describe("the cycle's selection; null for cycle 0, which learns only from the labelled windows"),
  holdout: z.object({
    n: count,
    accuracy: share,
    macro_f1: share,
    expected_calibration_error: share,
    log_loss: z.number().min(0),
  }),
  unlabelled: z.object({
    mean_confidence: share,
    mean_entropy: share.describe("mean entropy as a fraction of its maximum"),
    predicted: z.record(z.string(), count),
    flipped: share.nullable().describe("share of windows whose label differs from the previous cycle's"),
    macro_f1: share.nullable().describe("computed from the true labels given by --truth"),
    accuracy: share.nullable().describe("computed from the true labels given by --truth"),
  }),
});

export const comparisonSchema: z.ZodType<HoldoutComparison> = z.object({
  people: z.array(
    z.object({ person: z.string(), windows: count, champion_macro_f1: share, candidate_macro_f1: share }),
  ),
  champion_macro_f1: share,
  candidate_macro_f1: share,
  mean_difference: z.number(),
  interval: z.tuple([z.number(), z.number()]).describe("90 % interval for the mean over people (moderated t)"),
  cycles: z.int().min(1).describe("number of cycles that the candidate was chosen from, including cycle 0"),
  chance: z.number().min(0).describe("expected lead of the best cycle by chance if all cycles are equally good"),
});

const proxies: z.ZodType<Proxies> = z.object({
  mean_confidence: share,
  mean_entropy: share,
  flip_rate: share.nullable(),
  drift: share.describe("largest KS distance in any channel from the network's own baseline"),
});

export const gateRuleSchema: z.ZodType<GateRule> = z.object({
  name: z.string(),
  passed: z.boolean(),
  value: z.number().nullable(),
  limit: z.number().nullable(),
  about: z.string(),
});

export const stoppedSchema: z.ZodType<RetrainReport["stopped"]> = z.enum([
  ...(["vanished", "dominated", "nothing selected", "dropped", "no gain", "all selected", "cycles"] as const),
  "adabn",
]);

export const retrainReportSchema: z.ZodType<RetrainReport> = z.object({
  schema_version: z.literal(1),
  created_at: z.iso.datetime(),
  champion: z.string(),
  candidate: z.string().nullable(),
  config: z.record(z.string(), z.unknown()),
  classes: names,
  labelled: z
    .object({ people: names, windows: count })
    .describe("labelled people in the training data, and their windows"),
  holdout: z
    .object({ people: names, windows: count })
    .describe("labelled people in the holdout, who are used only to evaluate the candidate, never for training"),
  unlabelled: z.object({ files: names, fingerprint: z.string(), windows: count }),
  cycles: z.array(cycleSchema),
  winner: count,
  stopped: stoppedSchema,
  comparison: comparisonSchema,
  proxies: z.object({ champion: proxies, candidate: proxies }).nullable(),
  gate: z.object({
    passed: z.boolean(),
    rules: z.array(gateRuleSchema),
  }),
  seconds: z.number().min(0),
  warnings: names,
});
