// The candidates of a search: all combinations of the values to try, each as a complete set of options of `train`.

import { UserError } from "../errors.ts";
import { camelCase, kebabCase } from "../letter-case.ts";
import { nearestName } from "../nearest-name.ts";
import { recordedConfigOfResult, unusedRecordedOptions } from "../options/recorded-options.ts";
import type { TrainConfig, TuneConfig } from "../options/resolve-config.ts";
import { resolveTrainConfig } from "../options/resolve-train-config.ts";
import { trainOptions } from "../options/train-options.ts";
import { searchedOptions } from "../options/tune-options.ts";

/** The values of the searched options, keyed by the camelCase names of these options. */
export type TunedOptions = Partial<
  Pick<
    TrainConfig,
    | "overlap"
    | "network"
    | "normalize"
    | "epochs"
    | "batchSize"
    | "learningRate"
    | "patience"
    | "classWeights"
    | "augment"
  > & {
    /** Length of a window in samples. */
    window: number;
  }
>;

type SearchedName = keyof TunedOptions & (typeof searchedOptions)[number];

export interface TuneCandidate {
  readonly options: TunedOptions;
  readonly config: TrainConfig;
}

/** A larger number would take days, and is probably a typing error. */
const mostCandidates = 10_000;

/**
 * Returns the options as given, without any searched value, and every combination of the searched values. Combinations that
 * differ only in options that their network does not use are one candidate.
 * @throws UserError if an option cannot be searched, a value is not allowed, or there are too many candidates or only one
 */
export function tuneCandidates(config: TuneConfig): { given: TuneCandidate; candidates: TuneCandidate[] } {
  const values = tuneCandidateValues(config.search);
  const count = [...values.values()].reduce((product, { length }) => product * length, 1);
  if (count > mostCandidates) {
    throw new UserError(`--search: expected at most ${mostCandidates} combinations, got ${count}`, {
      advice: "Search fewer options, or fewer values per option.",
    });
  }
  let combinations: TunedOptions[] = [{}];
  for (const [name, own] of values)
    combinations = combinations.flatMap((one) => own.map((v) => ({ ...one, [name]: v })));
  const distinct = new Map<string, TuneCandidate>();
  for (const combination of combinations) {
    const candidate = tuneCandidate(config, combination);
    const key = JSON.stringify(candidate.options);
    if (!distinct.has(key)) distinct.set(key, candidate);
  }
  const candidates = [...distinct.values()];
  if (candidates.length < 2)
    throw new UserError("--search: expected at least two different candidates, got one", {
      advice: "Give an option more values: --search learning-rate=0.0003,0.001,0.003",
    });
  return { given: tuneCandidate(config, {}), candidates };
}

/** @throws UserError if a combination of options is not allowed */
function tuneCandidate(config: TuneConfig, combination: TunedOptions): TuneCandidate {
  const { files, out, jobs } = config;
  const unused: readonly string[] = unusedRecordedOptions({ network: combination.network ?? config.network });
  const used = <O extends object>(options: O): O =>
    Object.fromEntries(Object.entries(options).filter(([name]) => name in trainOptions && !unused.includes(name))) as O;
  const options = used(combination);
  const given = used(recordedConfigOfResult(config));
  return { options, config: resolveTrainConfig({ ...given, ...options, files, out, jobs }) };
}

/** The values of each `--search NAME=VALUE,VALUE`, keyed by the camelCase name of the option. */
function tuneCandidateValues(search: readonly string[]): ReadonlyMap<SearchedName, readonly (string | number)[]> {
  const values = new Map<SearchedName, readonly (string | number)[]>();
  for (const text of search) {
    const [written = "", list] = text.split(/=(.*)/s);
    const name = tuneCandidateName(written.trim());
    if (list === undefined) throw new UserError(`--search ${text}: expected ${kebabCase(name)}=VALUE,VALUE,...`);
    if (values.has(name)) throw new UserError(`--search: expected ${kebabCase(name)} once, got it twice`);
    const own = list.split(",").map((value) => tuneCandidateValue(name, value.trim()));
    values.set(name, [...new Set(own)]);
  }
  return values;
}

function tuneCandidateName(written: string): SearchedName {
  const camel = camelCase(written);
  const name = searchedOptions.find((own) => own === camel);
  if (name !== undefined) return name;
  const names = searchedOptions.map(kebabCase);
  const nearest = nearestName(written, names);
  const why =
    camel in trainOptions && nearest !== kebabCase(camel)
      ? "scores are comparable only on the same recordings and people, so options that change these cannot be searched"
      : `expected one of ${names.join(", ")}`;
  throw new UserError(`--search ${written}: ${why}`, {
    advice: nearest === undefined ? `Search some of ${names.join(", ")}.` : `Did you mean ${nearest}?`,
  });
}

function tuneCandidateValue(name: SearchedName, text: string): string | number {
  const value = trainOptions[name].type === "number" && text !== "" ? Number(text) : text;
  const { success, error } = trainOptions[name].check.safeParse(value);
  if (!success)
    throw new UserError(
      `--search ${kebabCase(name)}: expected ${error.issues[0]!.message}, got ${JSON.stringify(text)}`,
    );
  return value;
}

/** For example "learning-rate 0.003, augment none". */
export function describeTuneCandidate(options: TunedOptions): string {
  const words = Object.entries(options).map(([name, value]) => `${kebabCase(name)} ${value}`);
  return words.length === 0 ? "as given" : words.join(", ");
}
