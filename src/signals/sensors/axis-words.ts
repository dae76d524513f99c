// Replaces the words that some loggers use for axes with letters. For a gyroscope: roll, pitch and yaw (RollRate, rollspeed,
// RollGyroX), and alpha, beta and gamma in browsers (rotationRate.alpha). Without a word for a rate, roll is an angle: the
// Sense HAT's gyro_roll is one. For an accelerometer: directions of the body (Acceleration.forward, AccML, acc_vertical).

const rollAxes = { roll: "x", pitch: "y", yaw: "z" } as const;
/** W3C, DeviceOrientation Event: alpha is about the z axis, beta about x, gamma about y. */
const greekAxes = { alpha: "z", beta: "x", gamma: "y" } as const;

/** Words for directions of the body, by the axis closest to them if x points ahead and z up while the person stands. */
const bodyAxes = {
  x: "forwards?|longitudinal|long|lon|sagittal|anter(?:o|ior)[ _-]?posterior|ap|pa",
  y: "sideways|side|lateral|lat|medio[ _-]?lateral|ml",
  z: "upwards?|up|vertical|vert|vt|v|si|is",
} as const;
/** A word between separators, or directly after the word for the sensor, as in AccML. */
const bodyWord = (axis: keyof typeof bodyAxes): RegExp =>
  new RegExp(`(?<![A-Za-z])(?:${bodyAxes[axis]})(?![A-Za-z])|(?<=acc|gyr|gyro)(?:${bodyAxes[axis]})(?![A-Za-z])`, "i");

const rateWord = /rate|speed|vel(?!cro)|omega|spin|(?:deg|rad|°|º|d)[^a-z]?(?:\/|per|p)[^a-z]?s/i;
const angleWord = /angle|euler|attitude|orient|target|setpoint|cmd|command|desired|error|heading/i;

/** Returns the name with a letter for the axis; the same name if it does not name an axis in words. */
export function withAxisLetter(name: string): string {
  const words = [...name.matchAll(/roll|pitch|yaw/gi)];
  const [word] = words;
  if (words.length === 1 && !angleWord.test(name)) {
    const axis = rollAxes[word![0].toLowerCase() as keyof typeof rollAxes];
    const rest = name.slice(0, word!.index) + name.slice(word!.index + word![0].length);
    const letter = new RegExp(`(?:^|[^A-Za-z])${axis}(?![A-Za-z])|${axis.toUpperCase()}(?![a-z])`);
    if (/gyr/i.test(rest) && letter.test(rest)) return rest;
    return rateWord.test(rest) ? name.replace(word![0], `gyro_${axis}`) : name;
  }
  if (/acc|gyr/i.test(name) && !/(?<![A-Za-z])[xyz](?![A-Za-z])/i.test(name)) {
    for (const axis of ["x", "y", "z"] as const) {
      const lettered = name.replace(bodyWord(axis), (_, at: number) =>
        /[A-Za-z]/.test(name[at - 1] ?? "") ? `_${axis}` : axis,
      );
      if (lettered !== name) return lettered;
    }
  }
  const [, before, greek] = /^(.*(?:rotation|rate|gyr|angular).*?)(alpha|beta|gamma)$/i.exec(name) ?? [];
  return greek === undefined ? name : before! + greekAxes[greek.toLowerCase() as keyof typeof greekAxes];
}
