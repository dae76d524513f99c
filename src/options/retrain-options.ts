import type { RetrainConfig } from "./config-types.ts";
import {
  choiceOption,
  flagOption,
  numberOption,
  type OptionsOf,
  optionGroup,
  textOption,
  textsOption,
  wholeNumberOption,
} from "./option.ts";
import {
  filesExpected,
  label,
  labelOptions,
  modelColumns,
  readingColumnOption,
  readingFilesOption,
} from "./reading-options.ts";
import {
  alias,
  experiment,
  jobs,
  model,
  newModel,
  resume,
  sharedRegisterOption,
  sharedSeedOption,
  tracking,
  trackingHeading,
} from "./shared-options.ts";

/** Options of `retrain`. */
export const retrainOptions: OptionsOf<RetrainConfig> = {
  files: readingFilesOption("unlabelled recordings"),
  model: { ...model, doc: "the champion: the model folder to improve on, or DIR/LINE@champion" },
  out: newModel,
  network: textOption({
    value: "file",
    expected: "the path of a file",
    doc: "the file of the network that the model was trained with, if that was your own",
  }),
  labelled: textsOption({
    value: "files",
    affects: "run",
    expected: filesExpected,
    otherwise: "the recordings that the model learned from",
    doc: "labelled recordings",
  }),
  ...optionGroup("Curriculum:", {
    cycles: wholeNumberOption({
      value: "n",
      from: 1,
      to: 100,
      default: 5,
      doc: "maximum number of cycles after cycle 0, which has no pseudo-labels",
    }),
    step: numberOption({
      value: "share",
      expected: "a share greater than 0, at most 1",
      above: 0,
      to: 1,
      default: 0.2,
      doc: "share of the unlabelled windows that each cycle adds to the selection",
    }),
    select: choiceOption({
      value: "how",
      default: "percentile-per-class",
      doc: "which windows get pseudo-labels",
      of: {
        "percentile-per-class": "the most confident of each class",
        "percentile-global": "the most confident of all classes together",
        fixed: "all whose confidence is at least --threshold",
      },
    }),
    threshold: numberOption({
      value: "confidence",
      expected: "a confidence greater than 0 and less than 1",
      above: 0,
      below: 1,
      default: 0.9,
      doc: "minimum confidence for --select fixed",
    }),
    restart: choiceOption({
      value: "how",
      default: "scratch",
      doc: "weights that each cycle starts from",
      of: { scratch: "fresh weights", pretrained: "the weights of cycle 0", none: "the previous cycle's weights" },
    }),
    adapt: choiceOption({
      value: "how",
      doc: "method of adaptation to use instead of cycles",
      of: { adabn: "recomputes the batch-normalization statistics from the unlabelled windows" },
    }),
    epochs: wholeNumberOption({
      value: "n",
      from: 1,
      to: 100_000,
      otherwise: "as many as in the champion's final fit",
      doc: "epochs per fit",
    }),
  }),
  ...optionGroup("Holdout and adoption:", {
    holdout: numberOption({
      value: "share",
      expected: "a share greater than 0, at most 0.5",
      above: 0,
      to: 0.5,
      default: 0.2,
      doc: "share of the labelled people to hold out; their data is used only to evaluate the candidate, never for training",
    }),
    truth: readingColumnOption(
      "column with the true labels of the unlabelled recordings, used only in the report",
      "column",
    ),
    promote: flagOption({ affects: "run", doc: "if the candidate passes, make it the champion of its line at once" }),
  }),
  ...optionGroup("Columns of <files...> and --labelled (default: the model's):", {
    ...labelOptions,
    label: { ...label, doc: "column with the activity in the recordings of --labelled" },
    ...modelColumns,
  }),
  ...optionGroup(trackingHeading, {
    tracking,
    experiment,
    register: sharedRegisterOption("a candidate that passes"),
    alias,
  }),
  ...optionGroup("Running:", { seed: sharedSeedOption("model"), jobs, resume }),
};
