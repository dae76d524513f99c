// Writes schemas/: a JSON Schema for each JSON file in a model folder or a folder of models (from the zod schema that validates
// it), for the output of each command with `--json`, and for the config files of the commands that take `--config`. The schemas
// describe what Tidemark accepts when it reads a file, so additional keys are allowed.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { optionsOfCommand } from "../src/interfaces/cli/define-command.ts";
import { createProgram } from "../src/interfaces/cli/program.ts";
import { serviceDescription } from "../src/interfaces/server/service-routes.ts";
import { cvReportSchema } from "../src/learning/training/cv-report.ts";
import { retrainReportSchema } from "../src/learning/training/retrain-report.ts";
import { baselineStatsSchema } from "../src/monitoring/drift/baseline-stats.ts";
import { checkResultSchema } from "../src/monitoring/streams/check-result-schema.ts";
import { rollingReferenceSchema } from "../src/monitoring/streams/rolling-reference.ts";
import { deviceModelSchema } from "../src/monitoring/summaries/device-model-schema.ts";
import { deviceSummarySchema } from "../src/monitoring/summaries/summary-schemas.ts";
import {
  changedStreamSchema,
  printedCheckedStreamsSchema,
  shownStreamSchema,
  streamListSchema,
} from "../src/pipelines/stream-schemas.ts";
import { alertMessageSchema } from "../src/report/alert-message.ts";
import { alertsConfigSchema } from "../src/report/alert-rules.ts";
import { labelsSchema } from "../src/storage/labels.ts";
import { manifestSchema } from "../src/storage/manifest.ts";
import { registrySchema } from "../src/storage/registry.ts";
import { scalerSchema } from "../src/storage/scaler-file.ts";
import {
  alertTestSchema,
  baselineValidationSchema,
  compactedLedgerSchema,
  createdTokenSchema,
  driftBenchResultSchema,
  joinedLineSchema,
  modelComparisonSchema,
  modelDescriptionSchema,
  modelVersionsSchema,
  predictResultSchema,
  promotionSchema,
  pushResultSchema,
  recalibrationSchema,
  referenceDecisionSchema,
  referenceResetSchema,
  revokedTokenSchema,
  sentAlertsSchema,
  servingSchema,
  simulateResultSchema,
  syncResultSchema,
  tokenListSchema,
  undeliveredAlertsSchema,
} from "./answer-schemas.ts";
import { configSchema } from "./config-schema.ts";
import { conversionSchema } from "./conversion-schema.ts";
import { evaluationSchema } from "./evaluation-schema.ts";
import { trainEventSchema } from "./event-schema.ts";
import { inspectionSchema } from "./inspection-schema.ts";
import { type Configured, configured } from "./options.ts";
import { tuningSchema } from "./tuning-schema.ts";

const files: Record<string, { schema: z.ZodType; title: string }> = {
  manifest: {
    schema: manifestSchema,
    title: "A model's options, training data and properties, and the hash of each of its files",
  },
  scaler: { schema: scalerSchema, title: "How the channels are scaled before they enter the network" },
  labels: { schema: labelsSchema, title: "The class names, in the order of the network's outputs" },
  baseline_stats: { schema: baselineStatsSchema, title: "The frozen baseline, which describes the training data" },
  check_result: { schema: checkResultSchema, title: "The output of `tidemark check --json`" },
  alerts_config: { schema: alertsConfigSchema, title: "The configuration file of `tidemark serve --alerts`" },
  alert: { schema: alertMessageSchema, title: "An alert as a webhook receives it" },
  rolling_reference: {
    schema: rollingReferenceSchema,
    title: "The rolling reference, which contains the last production batches",
  },
  cv_report: { schema: cvReportSchema, title: "The results of the cross-validation" },
  retrain_report: {
    schema: retrainReportSchema,
    title: "The results of every cycle, the rules of the gate, and the outcome",
  },
  device: { schema: deviceModelSchema, title: "The data that a device needs in addition to the network" },
  registry: { schema: registrySchema, title: "The champions and the members of each line of models" },
};

/** The output of `--json`. */
export const answers: Record<string, { schema: z.ZodType; title: string }> = {
  inspect_result: { schema: inspectionSchema, title: "The output of `tidemark inspect --json`" },
  convert_result: { schema: conversionSchema, title: "The output of `tidemark convert --json`" },
  train_event: { schema: trainEventSchema, title: "One line of `tidemark train --json` and `tidemark retrain --json`" },
  tune_result: { schema: tuningSchema, title: "The output of `tidemark tune --json`" },
  predict_result: { schema: predictResultSchema, title: "The output of `tidemark predict --json`" },
  evaluate_result: { schema: evaluationSchema, title: "The output of `tidemark evaluate --json`" },
  drift_bench_result: { schema: driftBenchResultSchema, title: "The output of `tidemark drift-bench --json`" },
  serving: { schema: servingSchema, title: "The output of `tidemark serve --json`" },
  push_result: { schema: pushResultSchema, title: "The output of `tidemark push --json`" },
  created_token: {
    schema: createdTokenSchema,
    title: "The output of `tidemark token create` and `rotate` with --json",
  },
  token_list: { schema: tokenListSchema, title: "The output of `tidemark token list --json`" },
  revoked_token: { schema: revokedTokenSchema, title: "The output of `tidemark token revoke --json`" },
  simulate_result: { schema: simulateResultSchema, title: "The output of `tidemark simulate --json`" },
  alert_test: { schema: alertTestSchema, title: "The output of `tidemark alerts test --json`" },
  undelivered_alerts: { schema: undeliveredAlertsSchema, title: "The output of `tidemark alerts list --json`" },
  sent_alerts: { schema: sentAlertsSchema, title: "The output of `tidemark alerts send --json`" },
  sync_result: { schema: syncResultSchema, title: "The output of `tidemark sync --json`" },
  model_versions: { schema: modelVersionsSchema, title: "The output of `tidemark models list --json`" },
  model_description: { schema: modelDescriptionSchema, title: "The output of `tidemark models show --json`" },
  model_comparison: { schema: modelComparisonSchema, title: "The output of `tidemark models compare --json`" },
  joined_line: { schema: joinedLineSchema, title: "The output of `tidemark models add --json`" },
  promotion: { schema: promotionSchema, title: "The output of `tidemark models promote` and `rollback` with --json" },
  reference_decision: {
    schema: referenceDecisionSchema,
    title: "The output of `tidemark reference exclude` and `accept` with --json",
  },
  reference_reset: { schema: referenceResetSchema, title: "The output of `tidemark reference reset --json`" },
  compacted_ledger: { schema: compactedLedgerSchema, title: "The output of `tidemark reference compact --json`" },
  checked_streams: {
    schema: printedCheckedStreamsSchema,
    title: "The output of `tidemark check --stream-from --json`",
  },
  stream_list: { schema: streamListSchema, title: "The output of `tidemark streams list --json`" },
  changed_stream: {
    schema: changedStreamSchema,
    title: "The output of `tidemark streams rename`, `retire` and `erase` with --json",
  },
  shown_stream: { schema: shownStreamSchema, title: "The output of `tidemark streams show --json`" },
  device_summary: {
    schema: deviceSummarySchema,
    title: "The summary that a device sends instead of a batch's samples",
  },
  baseline_validation: { schema: baselineValidationSchema, title: "The output of `tidemark baseline validate --json`" },
  recalibration: { schema: recalibrationSchema, title: "The output of `tidemark baseline recalibrate --json`" },
};

/** The options whose values can have another form in a config file than on the command line, by command. */
const otherForms: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  serve: { alerts: alertsConfigSchema },
};

/** The commands that take --config, each with the options that a file can set. */
function configurableCommands(): Configured[] {
  const names = createProgram()
    .commands.filter((command) => Object.hasOwn(optionsOfCommand(command), "config"))
    .map((command) => command.name());
  return Object.values(configured).filter(({ command }) => names.includes(command));
}

/** The new content of each file in schemas/, by file name. */
export function schemaFiles(): Record<string, string> {
  const forms = Object.entries({ ...files, ...answers }).map(([name, { schema, title: description }]) => {
    const { $schema, ...body } = z.toJSONSchema(schema, { io: "input" });
    const title = Object.hasOwn(files, name) ? `${name}.json` : name;
    return [name, { $schema, title, description, ...body }] as const;
  });
  const configs = configurableCommands().map(({ command, options }) => {
    const name = `${command}_config`;
    return [
      name,
      configSchema(name, `A file for \`tidemark ${command} --config\``, options, otherForms[command]),
    ] as const;
  });
  return {
    ...Object.fromEntries(
      [...forms, ...configs].map(([name, form]) => [`${name}.schema.json`, `${JSON.stringify(form, null, 2)}\n`]),
    ),
    "openapi.json": `${JSON.stringify(serviceDescription(), null, 2)}\n`,
  };
}

if (import.meta.main) {
  const directory = fileURLToPath(new URL("../schemas/", import.meta.url));
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(schemaFiles())) writeFileSync(directory + name, content);
}
