// Options that describe the columns, labels and times of recordings. Most fields correspond to the option of the same name.

import type { PathColumnOptions } from "../files/path-columns.ts";
import { fixedSplitOf, type SplitSide } from "./fixed-split.ts";

export interface ColumnOptions extends PathColumnOptions {
  readonly label?: string;
  readonly group?: string;
  readonly recording?: string;
  readonly time?: string;
  readonly channels?: readonly string[];
  /** The model's channels, in the model's order; read if `channels` is not given. */
  readonly modelChannels?: readonly string[];
  /** Sensors as in `--sensor`; their channels are read if `channels` is not given. */
  readonly sensor?: readonly string[];
  /** A file that maps labels to classes; see `readLabelMap`. */
  readonly map?: string;
  /** Labels to leave out. */
  readonly exclude?: readonly string[];
  /**
   * Classes of labels as recorded when a model was trained; null for a label that is left out; `map` and `exclude` override
   * them.
   */
  readonly labelMap?: Readonly<Record<string, string | null>> | undefined;
  /** A file with labels and their times, or a pattern for such files; `label` then names the label column in these files. */
  readonly labels?: string;
  /** Whether label times are on the recordings' clock or count from the start of each recording. */
  readonly labelsClock?: "recording" | "start";
  /** Names of all columns in order, for files without a header line. */
  readonly columns?: readonly string[];
  /** The column that identifies the sensor or device of each row. The rows of all sensors are joined by time. */
  readonly pivot?: string;
  /** Conditions that rows must meet to be read, each as COLUMN=VALUE. */
  readonly only?: readonly string[];
  /**
   * A fixed split, as in `--split column:NAME`; only one side of it is read. Other kinds of split do not affect
   * reading.
   */
  readonly split?: string;
  /** Which side of the fixed split to read. Default: train. */
  readonly side?: SplitSide;
  /** strptime format of the times, as in `--time-format`. */
  readonly timeFormat?: string;
  /** Unit of numeric times, as in `--time-unit`. */
  readonly timeUnit?: string;
  /** Time zone of local times, as in `--time-zone`. */
  readonly timeZone?: string;
}

/** The columns that a user can specify. */
export type NamedColumns = Pick<
  ColumnOptions,
  "label" | "group" | "recording" | "time" | "timeFormat" | "timeUnit" | "timeZone"
> & {
  channels?: string[];
  sensor?: string[];
  pathColumns?: string[];
  groupFromPath?: string;
  recordingFromPath?: string;
  labelFromPath?: string;
  map?: string;
  exclude?: string[];
  labels?: string;
  labelsClock?: "recording" | "start";
  columns?: string[];
  pivot?: string;
  only?: string[];
  split?: string;
};

/** Returns only the column options given by the user. */
export function namedColumnRoles(named: NamedColumns): NamedColumns {
  const { groupFromPath, recordingFromPath, labelFromPath, map, exclude, timeFormat, timeUnit, timeZone } = named;
  const { labels, labelsClock } = named;
  const { label, group, recording, time, channels, sensor, pathColumns, columns, pivot, only, split } = named;
  return {
    ...(label !== undefined && { label }),
    ...(group !== undefined && { group }),
    ...(recording !== undefined && { recording }),
    ...(time !== undefined && { time }),
    ...(channels !== undefined && { channels }),
    ...(sensor !== undefined && { sensor }),
    ...(pathColumns !== undefined && { pathColumns }),
    ...(groupFromPath !== undefined && { groupFromPath }),
    ...(recordingFromPath !== undefined && { recordingFromPath }),
    ...(labelFromPath !== undefined && { labelFromPath }),
    ...(map !== undefined && { map }),
    ...(exclude !== undefined && { exclude }),
    ...(labels !== undefined && { labels }),
    ...(labels !== undefined && labelsClock !== undefined && { labelsClock }),
    ...(columns !== undefined && { columns }),
    ...(pivot !== undefined && { pivot }),
    ...(only !== undefined && { only }),
    ...(split !== undefined && fixedSplitOf(split) !== undefined && { split }),
    ...(timeFormat !== undefined && { timeFormat }),
    ...(timeUnit !== undefined && { timeUnit }),
    ...(timeZone !== undefined && { timeZone }),
  };
}
