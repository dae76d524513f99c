// Writes src/options/config-types.ts, the types of every command's options with their docstrings, from the option definitions.
// docs/api.md (scripts/api.ts) and schemas/ (scripts/schemas.ts) are generated from the same definitions.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { capitalized } from "../src/letter-case.ts";
import { checkOptions, driftBenchOptions, evaluateOptions, predictOptions } from "../src/options/batch-options.ts";
import { convertOptions } from "../src/options/convert-options.ts";
import {
  compactOptions,
  compareOptions,
  recalibrateOptions,
  simulateOptions,
  streamOptions,
  syncOptions,
} from "../src/options/folder-options.ts";
import { inspectOptions } from "../src/options/inspect-options.ts";
import { type Option, type Options, optionDefaultText } from "../src/options/option.ts";
import { pushOptions } from "../src/options/push-options.ts";
import { retrainOptions } from "../src/options/retrain-options.ts";
import { serveOptions } from "../src/options/serve-options.ts";
import {
  streamsChangeOptions,
  streamsEraseOptions,
  streamsListOptions,
  streamsRenameOptions,
  streamsShowOptions,
} from "../src/options/streams-options.ts";
import {
  tokenCreateOptions,
  tokenOptions,
  tokenPlaceOptions,
  tokenRotateOptions,
} from "../src/options/token-options.ts";
import { trainOptions } from "../src/options/train-options.ts";
import { tuneOptions } from "../src/options/tune-options.ts";

export interface Configured {
  /** Name of the command on the command line. */
  readonly command: string;
  readonly options: Options;
  /** Whether the package exports no function for the command, so that nobody passes its options in code (default: false). */
  readonly onlyCli?: boolean;
}

/** Commands by the stem of their type names; for example, Train stands for TrainConfig and TrainOptions. */
export const configured: Readonly<Record<string, Configured>> = {
  Inspect: { command: "inspect", options: inspectOptions },
  Convert: { command: "convert", options: convertOptions },
  Train: { command: "train", options: trainOptions },
  Tune: { command: "tune", options: tuneOptions },
  Predict: { command: "predict", options: predictOptions },
  Evaluate: { command: "evaluate", options: evaluateOptions },
  Check: { command: "check", options: checkOptions },
  DriftBench: { command: "drift-bench", options: driftBenchOptions },
  Retrain: { command: "retrain", options: retrainOptions },
  Recalibrate: { command: "baseline recalibrate", options: recalibrateOptions },
  Stream: { command: "reference", options: streamOptions, onlyCli: true },
  Compact: { command: "reference compact", options: compactOptions },
  StreamsList: { command: "streams list", options: streamsListOptions },
  StreamsShow: { command: "streams show", options: streamsShowOptions },
  StreamsRename: { command: "streams rename", options: streamsRenameOptions },
  StreamsChange: { command: "streams retire", options: streamsChangeOptions },
  StreamsErase: { command: "streams erase", options: streamsEraseOptions },
  Compare: { command: "models compare", options: compareOptions },
  Sync: { command: "sync", options: syncOptions },
  Serve: { command: "serve", options: serveOptions, onlyCli: true },
  Push: { command: "push", options: pushOptions },
  TokenPlace: { command: "token list", options: tokenPlaceOptions, onlyCli: true },
  Token: { command: "token revoke", options: tokenOptions, onlyCli: true },
  TokenCreate: { command: "token create", options: tokenCreateOptions, onlyCli: true },
  TokenRotate: { command: "token rotate", options: tokenRotateOptions, onlyCli: true },
  Simulate: { command: "simulate", options: simulateOptions },
};

/** An option as sentences: "Architecture. One of: 1dcnn-bilstm, compact (smaller and twice as fast). Default: compact." */
export function optionSentences(option: Option): string {
  const { doc, choices } = option;
  const fallback = optionDefaultText(option);
  const of = Object.entries(choices ?? {}).map(([word, about]) => (about === "" ? word : `${word} (${about})`));
  return [
    capitalized(doc),
    ...(of.length === 0 ? [] : [`One of: ${of.join(", ")}`]),
    ...(fallback === undefined ? [] : [`Default: ${fallback}`]),
  ]
    .map((sentence) => `${sentence}.`)
    .join(" ");
}

/** The content of src/options/config-types.ts. */
export function configTypes(): string {
  const types = Object.entries(configured).map(([stem, { command, options, onlyCli = false }]) => {
    const fields = Object.entries(options).flatMap(([name, option]) => [
      `  /** ${optionSentences(option)} */`,
      `  ${name}${option.presence === "optional" ? "?" : ""}: ${option.type};`,
    ]);
    const needed = Object.entries(options).filter(([, { presence }]) => presence === "required");
    const names = needed.map(([name]) => JSON.stringify(name)).join(" | ");
    const written =
      needed.length === 0 ? `Partial<${stem}Config>` : `Partial<${stem}Config> & Pick<${stem}Config, ${names}>`;
    return [
      `/** Options of \`tidemark ${command}\`, after validation and with defaults filled in. */`,
      `export interface ${stem}Config {`,
      ...fields,
      "}",
      "",
      ...(onlyCli
        ? []
        : [
            `/** Options of \`tidemark ${command}\` before validation; those with a default may be omitted. */`,
            `export type ${stem}Options = ${written};`,
            "",
          ]),
    ].join("\n");
  });
  return `// Written by \`npm run options\` from the options' definitions; edit those.\n\n${types.join("\n")}`;
}

if (import.meta.main) {
  writeFileSync(fileURLToPath(new URL("../src/options/config-types.ts", import.meta.url)), configTypes());
}
