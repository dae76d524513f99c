// Chooses the files of one device among those of several, such as a phone's and a watch's.

import { placeInSensorName } from "../sensors/sensor-places.ts";

/**
 * Returns one file per kind of sensor. A sensor of another device, such as a watch, is joined only if that device has no sensor
 * of the first file's kind.
 */
export function sensorFilesOfOneDevice<Part extends { readonly sensor: string; readonly kind: string }>(
  usual: readonly Part[],
): Part[] {
  const [base] = usual;
  if (base === undefined) return [];
  const device = deviceOfSensorFile(base);
  return [...Map.groupBy(usual, ({ kind }) => kind).values()].flatMap(([first, ...others]) => {
    if (first!.kind === base.kind) return [first!];
    const own = [first!, ...others].find((part) => deviceOfSensorFile(part) === device);
    const isOfOther = usual.some(
      (part) => part.kind === base.kind && deviceOfSensorFile(part) === deviceOfSensorFile(first!),
    );
    return own !== undefined ? [own] : isOfOther ? [] : [first!];
  });
}

/** Returns the words for the device in the name of a sensor, such as watch in WatchAccelerometer. */
function deviceOfSensorFile({ sensor }: { readonly sensor: string }): string {
  const place = placeInSensorName({ name: sensor });
  return place
    .split(" ")
    .filter((word) => !/^(total|user|uncalibrated|calibrated|raw|body|free|gravity|sensor)$/.test(word))
    .join(" ");
}
