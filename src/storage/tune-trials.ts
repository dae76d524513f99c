// The trials of a search, stored in a file next to its result, so that an interrupted search continues without repeating a
// trial. The file is kept after the search as a record of its trials.

import { z } from "zod";
import { UserError } from "../errors.ts";
import { shellCommand, shellPath } from "../shell-words.ts";
import { currentVersions } from "../versions.ts";
import { exists } from "./exists.ts";
import { canonicalJsonToHash, sha256Bytes } from "./hash.ts";
import { appendJsonLine, checkJsonFile, readJsonFileLines } from "./json-file.ts";

/** A candidate's fits, either on the parts of one search or on the people who are used to test its result. */
export interface StoredTrial {
  /** The search that the trial belongs to: "fold 1", or "everyone". */
  readonly search: string;
  /** Whether the trial is part of the search, or tests its result on people who were not used in the search. */
  readonly purpose: "search" | "judge";
  readonly options: Readonly<Record<string, string | number>>;
  readonly epochs: number;
  /** Macro-F1 for each held-out person. */
  readonly macro_f1: Readonly<Record<string, number>>;
  readonly seconds: number;
}

const trialSchema: z.ZodType<StoredTrial> = z.object({
  search: z.string(),
  purpose: z.enum(["search", "judge"]),
  options: z.record(z.string(), z.union([z.string(), z.number()])),
  epochs: z.int().min(1),
  macro_f1: z.record(z.string(), z.number().min(0).max(1)),
  seconds: z.number().min(0),
});

const headSchema = z.object({ tune: z.string() });

/** Identifies a trial of a search. */
export type TrialKey = Pick<StoredTrial, "search" | "purpose" | "options" | "epochs">;

export class TuneTrials {
  readonly #path: string;
  readonly #trials = new Map<string, StoredTrial>();

  /** Identifies the search by everything that affects the scores. */
  readonly id: string;

  private constructor(path: string, id: string) {
    this.#path = path;
    this.id = id;
  }

  /**
   * Creates the file, or continues an existing one.
   * @param identity everything that affects the scores
   * @throws UserError if the file exists and `resume` is false, if it does not exist and `resume` is true, or if it belongs to
   * another search
   */
  static async open(path: string, identity: object, resume: boolean): Promise<TuneTrials> {
    const { tidemark, onnxruntime } = currentVersions();
    const head = { tune: sha256Bytes(canonicalJsonToHash({ ...identity, tidemark, onnxruntime })) };
    const trials = new TuneTrials(path, head.tune);
    const remove = `remove the file to start again: ${shellCommand("rm", shellPath(path))}`;
    if (!(await exists(path))) {
      if (resume)
        throw new UserError(`--resume: there is no interrupted search (no file ${path})`, {
          advice: "Leave out --resume.",
        });
      await appendJsonLine(path, head);
      return trials;
    }
    if (!resume)
      throw new UserError(`${path} holds the trials of an earlier search`, {
        advice: `Add --resume to continue it, or ${remove}`,
      });
    const [first, ...lines] = await readJsonFileLines(path);
    if (first === undefined) {
      await appendJsonLine(path, head);
      return trials;
    }
    if (checkJsonFile(first, headSchema, `${path}, line 1`).tune !== head.tune)
      throw new UserError(`--resume: ${path} holds the trials of other recordings, options or versions`, {
        advice: `Run the original command with --resume, or ${remove}`,
      });
    for (const [i, line] of lines.entries())
      trials.#remember(checkJsonFile(line, trialSchema, `${path}, line ${i + 2}`));
    return trials;
  }

  /** The completed trial with this key; undefined if there is none. */
  find(key: TrialKey): StoredTrial | undefined {
    return this.#trials.get(trialKeyText(key));
  }

  async add(trial: StoredTrial): Promise<void> {
    await appendJsonLine(this.#path, trial);
    this.#remember(trial);
  }

  #remember(trial: StoredTrial): void {
    this.#trials.set(trialKeyText(trial), trial);
  }
}

function trialKeyText({ search, purpose, options, epochs }: TrialKey): string {
  return canonicalJsonToHash([search, purpose, options, epochs]);
}
