// The columns of published data sets whose files have no header line, recognised by their width and first values.

/** Column names, and how to compute a time column if the file has none. */
export interface KnownLayout {
  readonly is: string;
  readonly names: readonly string[];
  /** Rows per second, and the time of the first row in Unix seconds. */
  readonly clock?: { readonly rateHz: number; readonly start: number };
  /** Number of lines of values to skip at the top. */
  readonly skip?: number;
  /** Factor that converts the values to the units given in their names. */
  readonly scale?: number;
  /** What the data set's documentation says about its codes. */
  readonly note?: string;
}

export const axesOfKnownLayout = (name: string, unit = ""): string[] =>
  ["x", "y", "z"].map((axis) => `${name}_${axis}${unit}`);

const whole = /^\d+$/;
const decimal = /^[+-]?\d+\.\d+(e[+-]?\d+)?$/i;

const opportunityAccelerometers = [
  "rkn_up",
  "hip",
  "lua_up",
  "rua_low",
  "lh",
  "back",
  "rkn_low",
  "rwr",
  "rua_up",
  "lua_low",
  "lwr",
  "rh",
];
const opportunityLabels = [
  ...["locomotion", "hl_activity", "ll_left_arm", "ll_left_arm_object", "ll_right_arm", "ll_right_arm_object"],
  "ml_both_arms",
];
const opportunitySensors = [
  "time_ms",
  ...opportunityAccelerometers.flatMap((place) => axesOfKnownLayout(`${place}_acc`, " (mg)")),
  ...["back", "rua", "rla", "lua", "lla"].flatMap((place) => [
    ...axesOfKnownLayout(`imu_${place}_acc`, " (mg)"),
    ...axesOfKnownLayout(`imu_${place}_gyro`, " (raw)"),
    ...axesOfKnownLayout(`imu_${place}_mag`, " (raw)"),
    ...[1, 2, 3, 4].map((i) => `imu_${place}_quaternion${i}`),
  ]),
];
/** The columns for the shoes and for objects in the room are not named, but count towards the table's width. */
const opportunityLayout: KnownLayout = {
  is: "OPPORTUNITY",
  names: [
    ...opportunitySensors,
    ...Array.from(
      { length: 250 - opportunitySensors.length - opportunityLabels.length },
      (_, i) => `column${opportunitySensors.length + i + 1}`,
    ),
    ...opportunityLabels,
  ],
  note: `The labels are ${opportunityLabels.join(", ")}; choose one with --label, in which 0 marks time without a label. Sensors are chosen with --channels, such as --channels "imu_rla_acc_x (mg),imu_rla_acc_y (mg),imu_rla_acc_z (mg)".`,
};

/**
 * @param base the file's name without folders
 * @param first the values of the first row
 */
export function dataSetLayout(base: string, first: readonly string[]): KnownLayout | undefined {
  const width = first.length;
  const like = (...patterns: readonly RegExp[]): boolean =>
    width >= patterns.length && patterns.every((pattern, i) => pattern.test(first[i]!));
  if (width === 6 && like(whole, /^[A-Za-z]\w*$/, whole))
    return { is: "WISDM", names: ["user", "activity", "timestamp", "x", "y", "z"] };
  if (width === 250 && like(whole)) return opportunityLayout;
  if (width === 54 && like(decimal, whole))
    return {
      is: "PAMAP2",
      names: [
        ...["timestamp_s", "activity", "heart_rate"],
        ...["hand", "chest", "ankle"].flatMap((place) => [
          `${place}_temperature`,
          ...[
            axesOfKnownLayout(`${place}_acc16`),
            axesOfKnownLayout(`${place}_acc6`),
            axesOfKnownLayout(`${place}_gyro`),
            axesOfKnownLayout(`${place}_mag`),
          ].flat(),
          ...[1, 2, 3, 4].map((i) => `${place}_orientation${i}`),
        ]),
      ],
      note: "The activity 0 marks transitions; to leave them out, add --exclude 0.",
    };
  if (width === 24 && /mhealth/i.test(base))
    return {
      is: "MHEALTH",
      names: [
        ...[...axesOfKnownLayout("chest_acc"), "ecg1", "ecg2"],
        ...["ankle", "arm"].flatMap((place) =>
          ["acc", "gyro", "mag"].flatMap((kind) => axesOfKnownLayout(`${place}_${kind}`)),
        ),
        "activity",
      ],
      note: "The activity 0 marks time without an activity; to leave it out, add --exclude 0.",
    };
  if (width === 11 && like(whole, /^-?\d+$/, /^-?\d+$/) && first.every((value) => /^-?\d+$/.test(value)))
    return {
      is: "DaphNet",
      names: [
        "time_ms",
        ...["ankle", "thigh", "trunk"].flatMap((place) => axesOfKnownLayout(`${place}_acc`, " (mg)")),
        "annotation",
      ],
      note: "The annotation 0 marks time outside the experiment; to leave it out, add --exclude 0.",
    };
  return undefined;
}
