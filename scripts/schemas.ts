// Writes schemas/: a JSON Schema for each JSON file of a model folder and of a folder of models, from the zod schema that the
// code checks it with.
// They describe what Tidemark reads: files may have further keys.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { baselineStatsSchema } from "../src/baseline/baseline-stats.ts";
import { checkResultSchema } from "../src/monitoring/check-result.ts";
import { rollingReferenceSchema } from "../src/monitoring/rolling-reference.ts";
import { scalerSchema } from "../src/preprocessing/scaler.ts";
import { retrainReportSchema } from "../src/pseudo-labeling/retrain-report.ts";
import { cvReportSchema } from "../src/report/cv-report.ts";
import { labelsSchema } from "../src/store/labels.ts";
import { manifestSchema } from "../src/store/manifest.ts";
import { registrySchema } from "../src/store/registry.ts";

const files: Record<string, { schema: z.ZodType; title: string }> = {
  manifest: { schema: manifestSchema, title: "What a model is, what it was made from, and the hash of every file" },
  scaler: { schema: scalerSchema, title: "How the channels are scaled before the network" },
  labels: { schema: labelsSchema, title: "The classes in the order of the network's outputs" },
  baseline_stats: { schema: baselineStatsSchema, title: "The frozen reference: what the training data looked like" },
  check_result: { schema: checkResultSchema, title: "What `tidemark check --json` answers" },
  rolling_reference: { schema: rollingReferenceSchema, title: "The reference that moves: the last production batches" },
  cv_report: { schema: cvReportSchema, title: "The cross-validation's figures" },
  retrain_report: { schema: retrainReportSchema, title: "What every cycle did, what the gate asked, what came of it" },
  registry: { schema: registrySchema, title: "Which version of each line of models is the champion" },
};

/** File name -> content of schemas/, as the code is now. */
export function schemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, { schema, title }]) => {
      const { $schema, ...body } = z.toJSONSchema(schema, { io: "input" });
      return [
        `${name}.schema.json`,
        `${JSON.stringify({ $schema, title: `${name}.json`, description: title, ...body }, null, 2)}\n`,
      ];
    }),
  );
}

if (import.meta.main) {
  const directory = fileURLToPath(new URL("../schemas/", import.meta.url));
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(schemaFiles())) writeFileSync(directory + name, content);
}
