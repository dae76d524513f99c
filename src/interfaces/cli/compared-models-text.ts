// A comparison of two models, person by person, in words, and the next step for a model that has been added to a line.

import { counted } from "../../counted.ts";
import type { JoinedLine } from "../../pipelines/add-model.ts";
import type { ComparedModels } from "../../pipelines/compare-models.ts";
import { shellCommand, shellPath } from "../../shell-words.ts";
import { fixedNumberText, signedNumberText } from "./number-text.ts";

/** A model that has been added to a line, and what to do next. */
export function comparedModelsJoinText({ line, model, champion, comparison }: JoinedLine, path: string): string[] {
  if (comparison === null) return [`line       ${model} is the champion of ${line}, a new line`];
  const promote = `-> to make ${model} the champion: ${shellCommand("tidemark", "models", "promote", shellPath(path))}`;
  return [
    `line       ${model} has joined ${line}, whose champion is ${champion}`,
    ...comparedModelsText(comparison),
    ...(comparison.paired?.verdict === "worse" ? [] : [promote]),
  ];
}

/** The people on whom two models were compared, the difference between the models and the conclusion. */
export function comparedModelsText({ first, second, on, paired }: ComparedModels): string[] {
  const where = on === "files" ? "in these recordings" : "whom both cross-validated";
  if (paired === null) {
    return [
      `compared   no person was cross-validated with both ${first} and ${second}`,
      `-> to compare them on labelled recordings: ${shellCommand("tidemark", "models", "compare")} ... --on FILES`,
    ];
  }
  const { people, difference, interval, verdict } = paired;
  const higher = people.filter((own) => own.second > own.first).length;
  const lower = people.filter((own) => own.second < own.first).length;
  const range =
    interval === null ? "" : `, 90 % interval ${signedNumberText(interval.low)} to ${signedNumberText(interval.high)}`;
  const meanings = {
    better: `; ${second} is better`,
    worse: `; ${first} is better`,
    open: "; chance could explain the difference",
  };
  return [
    `compared   ${second} with ${first}, on ${counted(people.length, "person", "people")} ${where}`,
    `           macro-F1 ${fixedNumberText(paired.second)} against ${fixedNumberText(paired.first)}: difference ` +
      `${signedNumberText(difference)}${range}`,
    `           higher for ${counted(higher, "person", "people")}, lower for ` +
      `${lower}${verdict === null ? "" : meanings[verdict]}`,
  ];
}
