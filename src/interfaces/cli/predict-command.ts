import type { Command } from "commander";
import { predictOptions } from "../../batch-options.ts";
import { resolvePredictConfig } from "../../config.ts";
import { counted } from "../../counted.ts";
import { snakeKeys } from "../../letter-case.ts";
import { json } from "../../shared-options.ts";
import { defineCommand } from "./define-command.ts";
import { count, duration, fixed } from "./format.ts";
import { tableLines } from "./table.ts";
import { print, printWarning } from "./terminal.ts";

const closing = `
Example:
  tidemark predict "batch/*.parquet" --model models/walk --out predictions.csv

The table has one row a window: user, recording, start_s, end_s, label,
confidence (the label's probability), entropy (nats), margin (to the second
label) and p_<class>, the probability of each class. Labels in the files are not
read.

Exit codes:
  0    done
  1    a defect of tidemark
  2    wrong use, data that does not fit, or a model whose files were changed`;

/** `tidemark predict` */
export function predictCommand(): Command {
  return defineCommand({
    name: "predict",
    summary: "label the windows of recordings with a trained model",
    description: "Labels every window of recordings with a trained model.",
    options: predictOptions,
    printing: { json: json("the summary as one line of JSON") },
    closing,
    run: async (given, { json }) => {
      const config = resolvePredictConfig(given);
      const { predict } = await import("../../pipelines/predict.ts");
      const result = await predict(config, { reporter: { warn: printWarning } });
      if (json === true) return print(JSON.stringify(snakeKeys(result)));
      const rows = Object.entries(result.classes).map(([name, n]) => [name, count(n), fixed(n / result.windows)]);
      print(
        ...tableLines(["label", "windows", "share"], rows),
        "",
        `${counted(result.windows, "window")} labelled in ${duration(result.seconds)}, mean confidence ` +
          fixed(result.meanConfidence),
        result.out,
      );
    },
  });
}
