// The gain from `train --from`: each person's macro-F1 with the model as it is, after fine-tuning, and after training from
// scratch. All three are evaluated on the folds' test windows. The fold's networks have not learned from these; the model as it
// is may have (`known_users`).

import { z } from "zod";
import type { Interval } from "../evaluation/bootstrap-people.ts";

/** One person's macro-F1. */
export interface FineTunedPerson {
  /** Name of the person. */
  user: string;
  /** Macro-F1 of the model that the training started from, among the classes of the new recordings. */
  as_is: number;
  /** Macro-F1 of the folds that started from the model's weights. */
  fine_tuned: number;
  /** Macro-F1 of the folds that started from random weights. */
  from_scratch: number;
}

/** Difference between two kinds of training, as a mean over people. */
export interface FineTuningGain {
  /** Mean difference in macro-F1 over people. */
  difference: number;
  /** 90 % interval, by bootstrapping over people; null for a single person. */
  interval: Interval | null;
}

/** The comparison in cv_report.json. */
export interface FineTuningReport {
  /** The path of the starting model, as given by the user. */
  from: string;
  /** Name and training time of the starting model. */
  model_version: string;
  /** Everyone in the new recordings. */
  users: FineTunedPerson[];
  /** Mean macro-F1 over people. */
  mean: {
    /** Mean over people with the starting model, unchanged. */
    as_is: number;
    /** Mean with networks trained from the starting model's weights. */
    fine_tuned: number;
    /** Mean with networks trained from random weights. */
    from_scratch: number;
  };
  /** Fine-tuned minus the model as it is. */
  gain_over_as_is: FineTuningGain;
  /** Fine-tuned minus trained from scratch. */
  gain_over_scratch: FineTuningGain;
  /** People from whom the starting model had learned, so that its scores for them are too good. */
  known_users: string[];
}

const f1 = z.number().min(0).max(1);

const gain = z.object({
  difference: z.number(),
  interval: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .describe("90 % interval, by bootstrapping over people; null for a single person"),
});

export const fineTuningReportSchema: z.ZodType<FineTuningReport> = z
  .object({
    from: z.string(),
    model_version: z.string(),
    users: z.array(z.object({ user: z.string(), as_is: f1, fine_tuned: f1, from_scratch: f1 })),
    mean: z.object({ as_is: f1, fine_tuned: f1, from_scratch: f1 }),
    gain_over_as_is: gain.describe("fine-tuned minus the model as it is"),
    gain_over_scratch: gain.describe("fine-tuned minus trained from scratch"),
    known_users: z.array(z.string()).describe("people from whom the starting model had learned"),
  })
  .describe("macro-F1 by person with --from: the model as it is, fine-tuned, and trained from scratch");
