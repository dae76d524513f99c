// Writes schemas/: a JSON Schema for each JSON file of a model folder and of a folder of models, from the zod schema that the
// code checks it with, for each form that `--json` prints, and for the config files of `train` and `retrain`.
// They describe what Tidemark reads: files may have further keys.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { retrainReportSchema } from "../src/learning/pseudo-labeling/retrain-report.ts";
import { cvReportSchema } from "../src/learning/training/cv-report.ts";
import { baselineStatsSchema } from "../src/monitoring/drift/baseline-stats.ts";
import { checkResultSchema } from "../src/monitoring/streams/check-result.ts";
import { rollingReferenceSchema } from "../src/monitoring/streams/rolling-reference.ts";
import { deviceModelSchema } from "../src/monitoring/summaries/device-model-schema.ts";
import { deviceSummarySchema } from "../src/monitoring/summaries/summary-schemas.ts";
import { retrainOptions } from "../src/retrain-options.ts";
import { labelsSchema } from "../src/storage/store/labels.ts";
import { manifestSchema } from "../src/storage/store/manifest.ts";
import { registrySchema } from "../src/storage/store/registry.ts";
import { scalerSchema } from "../src/storage/store/scaler-file.ts";
import { trainOptions } from "../src/train-options.ts";
import {
  baselineValidationSchema,
  compactedLedgerSchema,
  driftBenchResultSchema,
  modelComparisonSchema,
  modelDescriptionSchema,
  modelVersionsSchema,
  predictResultSchema,
  promotionSchema,
  referenceDecisionSchema,
  referenceResetSchema,
  simulateResultSchema,
  syncResultSchema,
} from "./answer-schemas.ts";
import { configSchema } from "./config-schema.ts";
import { trainEventSchema } from "./event-schema.ts";

const files: Record<string, { schema: z.ZodType; title: string }> = {
  manifest: { schema: manifestSchema, title: "What a model is, what it was made from, and the hash of every file" },
  scaler: { schema: scalerSchema, title: "How the channels are scaled before the network" },
  labels: { schema: labelsSchema, title: "The classes in the order of the network's outputs" },
  baseline_stats: { schema: baselineStatsSchema, title: "The frozen reference: what the training data looked like" },
  check_result: { schema: checkResultSchema, title: "What `tidemark check --json` answers" },
  rolling_reference: { schema: rollingReferenceSchema, title: "The reference that moves: the last production batches" },
  cv_report: { schema: cvReportSchema, title: "The cross-validation's figures" },
  retrain_report: { schema: retrainReportSchema, title: "What every cycle did, what the gate asked, what came of it" },
  device: { schema: deviceModelSchema, title: "What a device needs of a model besides the network" },
  registry: { schema: registrySchema, title: "Which version of each line of models is the champion" },
};

const answers: Record<string, { schema: z.ZodType; title: string }> = {
  train_event: { schema: trainEventSchema, title: "One line of `tidemark train --json` and `tidemark retrain --json`" },
  predict_result: { schema: predictResultSchema, title: "What `tidemark predict --json` answers" },
  drift_bench_result: { schema: driftBenchResultSchema, title: "What `tidemark drift-bench --json` answers" },
  simulate_result: { schema: simulateResultSchema, title: "What `tidemark simulate --json` answers" },
  sync_result: { schema: syncResultSchema, title: "What `tidemark sync --json` answers" },
  model_versions: { schema: modelVersionsSchema, title: "What `tidemark models list --json` answers" },
  model_description: { schema: modelDescriptionSchema, title: "What `tidemark models show --json` answers" },
  model_comparison: { schema: modelComparisonSchema, title: "What `tidemark models compare --json` answers" },
  promotion: { schema: promotionSchema, title: "What `tidemark models promote` and `rollback` answer with --json" },
  reference_decision: {
    schema: referenceDecisionSchema,
    title: "What `tidemark reference exclude` and `accept` answer with --json",
  },
  reference_reset: { schema: referenceResetSchema, title: "What `tidemark reference reset --json` answers" },
  compacted_ledger: { schema: compactedLedgerSchema, title: "What `tidemark reference compact --json` answers" },
  device_summary: { schema: deviceSummarySchema, title: "What a device sends of a batch in place of its samples" },
  baseline_validation: { schema: baselineValidationSchema, title: "What `tidemark baseline validate --json` answers" },
};

/** File name -> content of schemas/, as the code is now. */
export function schemaFiles(): Record<string, string> {
  const forms = Object.entries({ ...files, ...answers }).map(([name, { schema, title: description }]) => {
    const { $schema, ...body } = z.toJSONSchema(schema, { io: "input" });
    const title = Object.hasOwn(files, name) ? `${name}.json` : name;
    return [name, { $schema, title, description, ...body }] as const;
  });
  const configs = Object.entries({ train: trainOptions, retrain: retrainOptions }).map(([verb, options]) => {
    const name = `${verb}_config`;
    return [name, configSchema(name, `A file for \`tidemark ${verb} --config\``, options)] as const;
  });
  return Object.fromEntries(
    [...forms, ...configs].map(([name, form]) => [`${name}.schema.json`, `${JSON.stringify(form, null, 2)}\n`]),
  );
}

if (import.meta.main) {
  const directory = fileURLToPath(new URL("../schemas/", import.meta.url));
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(schemaFiles())) writeFileSync(directory + name, content);
}
