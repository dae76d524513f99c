// Rewrites text whose lines hold the values of a table inside something else: lines that a spreadsheet quoted as a whole, tables
// drawn with lines of dashes by database shells, tables whose names and remarks follow semicolons, tuples, lists and dictionaries
// as Python prints them, objects as other languages print them, Fortran's numbers, JSON records behind the name of an MQTT topic, SQL
// statements, events of Android's sensors, of GnssLogger and of GetSensorData, vectors, and sentences with a checksum.

import { sensorInText } from "../sensors/sensor-in-text.ts";
import { linesOfText, writeTextLines } from "./text-lines.ts";

interface LineForm {
  /** Whether a line has this form. */
  readonly form: RegExp;
  /** Minimum share of the first lines that must have the form; 0 if it suffices that one of the first three lines has it. */
  readonly share: number;
  /**
   * Returns the line without what surrounds its values; empty if there are none.
   * @param example the first line of this form
   */
  readonly inside: (line: string, example: string) => string;
  /** Column names, if the values have known ones but no line of names. */
  readonly names?: string;
}

const rule = /^(?=.*-{2,}.*[+|])[\s+|:=-]+$/;
/** Matches lines that begin with the edge of a table; mysql draws this edge, psql does not. */
const hasEdges = /^\s*[+|]/;
const rowCount = /^\s*\(?\d+ rows?\b/i;

const fortranNumbers = /^\s*[-+]?\d*\.\d*D[-+]\d{2,3}(?:[\s,;]+[-+]?\d*\.\d*D[-+]\d{2,3})+\s*$/i;
const printedObject = /^\s*([A-Za-z][\w.]*)\s?[({[]\s*([A-Za-z]\w*\s?[:=][^(){}[\]"]*)[)}\]]\s*,?\s*$/;
const printedList = /^\s*\[([^[\]{}"]*'[^[\]{}"]*)\]\s*,?\s*$/;

/**
 * Returns the fields of a printed object, with the sensor after which its class is named in the names of axes. Returns the line
 * itself if the object is of another class than the example.
 */
function fieldsOfPrintedObject(line: string, example: string): string {
  const [, name = "", fields] = printedObject.exec(line) ?? [];
  if (fields === undefined || name !== printedObject.exec(example)?.[1]) return line;
  const sensor = sensorInText(name)?.sensor;
  return sensor === undefined ? fields : fields.replace(/(?<![\w.])(?=[xyz]\s?[:=])/gi, `${sensor}_`);
}

const androidEvent = /^\d+,android\.sensor\.(?!\w*uncalibrated)\w+(?:,[^,]*){3,6}$/;
const gnssLoggerSensor =
  /^((?:Uncal)?(?:Accel|Gyro)),(?:\d+,)*?(1[5-9]\d{11}),(?:\d{5,},)?([-+.\de]+,[-+.\de]+,[-+.\de]+)/;
const getSensorDataLine = /^(ACCE|GYRO);[\d.]+;([\d.]+);([-+.\de]+);([-+.\de]+);([-+.\de]+);\d+\s*$/i;
const sensorFusionLine = /^(\d{6,})\t(ACC|GYR)\t([-+.\de]+)\t([-+.\de]+)\t([-+.\de]+)\s*$/i;
const vectorsBetweenTabs = /^[-+.\de]+(?:\t[-+.\de]+,[-+.\de]+,[-+.\de]+)+$/i;

const sensorstreamLine = /^\s*\d+\.\d+,\s*3(?:,\s*[-+.\d]+\s*){3},\s*[45](?:,\s*[-+.\d]+\s*){3}(?:,|$)/;
/** The numbers of the accelerometer, the gyroscope and the magnetometer, and those of further vectors. */
const [sensorstreamSensors, otherVectors] = [["3", "4", "5"], /^(1|6|7|8[1-4])$/];

function sensorstreamValues(line: string): string {
  const [time = "", ...cells] = line.split(",").map((cell) => cell.trim());
  const vectors = new Map<string, readonly string[]>();
  for (let c = 0; sensorstreamSensors.includes(cells[c] ?? "") || otherVectors.test(cells[c] ?? ""); c += 4)
    vectors.set(cells[c]!, cells.slice(c + 1, c + 4));
  return vectors.size === 0
    ? ""
    : [time, ...sensorstreamSensors.flatMap((id) => vectors.get(id) ?? ["", "", ""])].join(",");
}

const lineForms: readonly LineForm[] = [
  {
    form: /^\s*"(?:[^"]|"")*[,;\t](?:[^"]|"")*"\s*$/,
    share: 1,
    inside: (line) => line.trim().slice(1, -1).replaceAll('""', '"'),
  },
  {
    form: rule,
    share: 0,
    inside: (line, ruler) => {
      if (rule.test(line) || rowCount.test(line)) return "";
      const cells = line.split("|").map((cell) => cell.trim());
      return (hasEdges.test(ruler) && cells.length > 1 ? cells.slice(1, -1) : cells).join("|");
    },
  },
  {
    form: /^;\s*[A-Za-z]\w*,/,
    share: 0,
    inside: (line) => line.replace(/^;\s*Headers,\s*/i, "").replace(/^;/, "# "),
  },
  { form: /^\s*\([^()]*,[^()]*\)[,;]?\s*$/, share: 0.8, inside: (line) => /\(([^()]*)\)/.exec(line)?.[1] ?? "" },
  {
    form: /^\s*\{\s*'[^"]*\}\s*,?\s*$/,
    share: 0.8,
    inside: (line) =>
      /^\s*\{.*\}/.test(line)
        ? line
            .replaceAll("'", '"')
            .replace(/,\s*$/, "")
            .replace(/: ?(None|nan|inf|True|False)(?=\s*[,}])/g, (_, word: string) =>
              /^[TF]/.test(word) ? `: ${word.toLowerCase()}` : ": null",
            )
        : "",
  },
  // Numbers with Fortran's exponents, such as 0.1D+01.
  {
    form: fortranNumbers,
    share: 0.8,
    inside: (line) => line.replace(/(\d\.?)D([-+]\d{2,3})\b/gi, "$1E$2"),
  },
  // Objects as Java, Kotlin, Swift and Python's data classes print them, and lists as Python prints them.
  { form: printedObject, share: 0.8, inside: fieldsOfPrintedObject },
  {
    form: printedList,
    share: 0.8,
    inside: (line) => printedList.exec(line)?.[1]?.replace(/\s*'?\s*(,)\s*'?\s*|'/g, "$1") ?? "",
  },
  { form: /^[^\s{}"[][^{}"]*\s\{.*\}\s*$/, share: 0.8, inside: (line) => /\{.*\}/.exec(line)?.[0] ?? "" },
  {
    form: /^\s*INSERT INTO .*\bVALUES\s*\(.*\)\s*;?\s*$/i,
    share: 0.8,
    inside: (line) => /\bVALUES\s*\((.*)\)\s*;?\s*$/i.exec(line)?.[1] ?? "",
  },
  // Events of Android's sensors with three to six values, of which the first three are read; other events are left out.
  {
    form: androidEvent,
    share: 0.5,
    inside: (line) => (androidEvent.test(line) ? line.split(",").slice(0, 5).join(",") : ""),
    names: "time,sensor,x,y,z",
  },
  // Rows of GnssLogger, of which those of satellites and positions are left out.
  {
    form: gnssLoggerSensor,
    share: 0.1,
    inside: (line) => {
      const [, sensor, time, axes] = gnssLoggerSensor.exec(line) ?? [];
      return sensor === undefined ? "" : `${sensor},${time},${axes}`;
    },
    names: "sensor,utcTimeMillis,x,y,z",
  },
  // Rows of GetSensorData, with the sensor's own times; those of radios, positions and further sensors are left out.
  {
    form: getSensorDataLine,
    share: 0.1,
    inside: (line) => getSensorDataLine.exec(line)?.slice(1).join(",") ?? "",
    names: "sensor,time_s,x,y,z",
  },
  // Rows of the Sensor Fusion app of Linköping University, in milliseconds; those of other sensors are left out.
  {
    form: sensorFusionLine,
    share: 0.1,
    inside: (line) => sensorFusionLine.exec(line)?.slice(1).join(",") ?? "",
    names: "time_ms,sensor,x,y,z",
  },
  // Rows of Sensorstream IMU+GPS: seconds, and the number and three values of each sensor that measured.
  {
    form: sensorstreamLine,
    share: 0.2,
    inside: sensorstreamValues,
    names: "time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z,mag_x,mag_y,mag_z",
  },
  // Vectors between tabs, as OpenSim writes tables of Vec3.
  {
    form: vectorsBetweenTabs,
    share: 0.8,
    inside: (line) =>
      vectorsBetweenTabs.test(line)
        ? line.replaceAll(",", "\t")
        : line.startsWith("time\t")
          ? line.replace(/\t([^\t]+)/g, "\t$1_x\t$1_y\t$1_z")
          : "",
  },
  { form: /^\$\w+,.*\*[0-9A-F]{2}\s*$/i, share: 0.8, inside: (line) => line.replace(/\*[0-9A-F]{2}\s*$/i, "") },
];

const fewestLines = 5;
const lineOfNames = /^[A-Za-z]\w*(?:,[A-Za-z]\w*)+$/;
/**
 * Number of first lines to search for a line of dashes, which is below the names, or for remarks, which are above the names.
 */
const ruleWithin = 3;

/**
 * @param lines the first lines, without empty ones
 * @returns a function that reads a file and writes what its lines contain to another file; undefined if no form fits
 */
export function contentsOfLineForm(
  lines: readonly string[],
): ((path: string, out: string) => Promise<void>) | undefined {
  if (lines.length < fewestLines) return undefined;
  for (const { form, share, inside, names } of lineForms) {
    const searched = share === 0 ? lines.slice(0, ruleWithin) : lines;
    const matches = searched.filter((line) => form.test(line));
    const [example] = matches;
    if (example === undefined || matches.length < share * searched.length) continue;
    if (names !== undefined && lineOfNames.test(lines[0]!)) continue;
    const contents = async function* (path: string): AsyncGenerator<string> {
      if (names !== undefined) yield names;
      let isFirst = true;
      for await (const line of linesOfText(path)) {
        yield inside(isFirst ? line.replace(/^\ufeff/, "") : line, example);
        isFirst = false;
      }
    };
    return (path, out) => writeTextLines(contents(path), out);
  }
  return undefined;
}
