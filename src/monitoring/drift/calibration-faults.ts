// Finds faults in a calibration that fits its schema, such as the absence of numbers that a comparison needs.

import { snakeCase } from "../../letter-case.ts";
import type { Calibration, CalibrationKind, KindCalibration } from "./calibration.ts";
import { farStatisticsOfScore, type StatisticName } from "./score.ts";

/**
 * @param names names of the channels and signals for which there are edges
 * @returns one message per fault, with its location in the file
 */
export function calibrationFaults({ kinds, correlation_seconds }: Calibration, names: readonly string[]): string[] {
  const known = new Set(names);
  const unknownNames = (path: string, byName: object): string[] =>
    Object.keys(byName)
      .filter((name) => !known.has(name))
      .map((name) => `${path}.${name}: expected edges for this name in drift.edges, found none`);
  const path = "drift.calibration";
  const needed = correlation_seconds !== null && (kinds.baseline === undefined || kinds.own_past === undefined);
  const lacking = needed ? names.filter((name) => !Object.hasOwn(correlation_seconds, name)) : [];
  return [
    ...(Object.entries(kinds) as [CalibrationKind, KindCalibration][]).flatMap(([kind, calibration]) => [
      ...calibration.rungs.flatMap(({ standard }, i) =>
        unknownNames(`${path}.kinds.${kind}.rungs.${i}.standard`, standard),
      ),
      ...calibrationRungFaults(`${path}.kinds.${kind}.rungs`, calibration),
      ...(calibration.mixes ?? []).flatMap(({ rungs }, i) => [
        ...rungs.flatMap(({ standard }, j) =>
          unknownNames(`${path}.kinds.${kind}.mixes.${i}.rungs.${j}.standard`, standard),
        ),
        ...calibrationRungFaults(`${path}.kinds.${kind}.mixes.${i}.rungs`, { ...calibration, rungs }),
      ]),
      ...(calibration.classes ?? []).flatMap((rungs, k) =>
        rungs.flatMap(({ seconds, ks }, i) => [
          ...unknownNames(`${path}.kinds.${kind}.classes.${k}.${i}.ks`, ks),
          ...calibrationOrderFaults(`${path}.kinds.${kind}.classes.${k}`, rungs, i, seconds),
        ]),
      ),
      ...(calibration.streams ?? []).flatMap(({ seconds }, i, all) =>
        calibrationOrderFaults(`${path}.kinds.${kind}.streams`, all, i, seconds),
      ),
    ]),
    ...unknownNames(`${path}.correlation_seconds`, correlation_seconds ?? {}),
    ...lacking.map((name) => `${path}.correlation_seconds.${name}: missing, although it has edges`),
  ];
}

function calibrationRungFaults(path: string, { statistic, rungs }: KindCalibration): string[] {
  const channels = Object.keys(rungs[0]!.standard);
  if (channels.length === 0) return [`${path}.0.standard: expected at least one channel`];
  const needed: readonly StatisticName[] = [statistic, ...farStatisticsOfScore(rungs[0]!.standard)];
  return rungs.flatMap(({ seconds, standard }, i) => [
    ...calibrationOrderFaults(path, rungs, i, seconds),
    ...channels.flatMap((channel) => {
      const own = Object.hasOwn(standard, channel) ? standard[channel]! : {};
      const missing = needed.filter((name) => own[name] === undefined);
      return missing.map((name) => `${path}.${i}.standard.${channel}.${snakeCase(name)}: missing`);
    }),
  ]);
}

function calibrationOrderFaults(
  path: string,
  rungs: readonly { readonly seconds: number }[],
  i: number,
  seconds: number,
): string[] {
  const isLonger = i === 0 || rungs[i - 1]!.seconds < seconds;
  return isLonger ? [] : [`${path}.${i}.seconds: expected more seconds than in the previous rung`];
}
