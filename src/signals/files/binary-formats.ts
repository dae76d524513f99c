// biome-ignore-all lint/suspicious/noControlCharactersInRegex: binary formats begin with control characters. Lists other
// programs' formats that contain recordings but are not read: the bytes that identify each format, and how to convert it. Most
// conversions are a single command in the program usually used for the format.

import { shellCommand } from "../../shell-words.ts";

export interface BinaryFormat {
  readonly is: string;
  readonly advice: string;
}

const pythonForBinaryFormat = (code: string): string => shellCommand("python3", "-c", code);
const cborToJson = `Convert the file to JSON, which is read: ${pythonForBinaryFormat('import cbor2, json; json.dump(cbor2.load(open("FILE", "rb")), open("FILE.json", "w"), default=str)')}`;
const archive = "Unpack the archive, and pass the files with recordings.";
const perChannel =
  "Write each recording as a CSV or Parquet table with one column per channel and a time column (or give the rate with --rate)";

const formats: readonly (readonly [begins: RegExp, is: string, advice: string])[] = [
  [
    /^Obj\x01/,
    "an Avro file",
    "Only the Avro files from an Empatica EmbracePlus are read. Convert the file to JSON lines with avro-tools tojson.",
  ],
  [
    /^[\xa0-\xbf].{0,40}(protected|payload|signature)/s,
    "a CBOR file, the format in which Edge Impulse stores acquisitions",
    cborToJson,
  ],
  // A map, alone or in a list, whose first key is a string and has a list, a map or a decimal number as its value.
  [
    /^([\x80-\x97\x9f]|\x98.|\x99..|\x9a.{4})?[\xa1-\xb7\xbf][\x61-\x77][A-Za-z_][\w ]*[\x80-\xbf\xf9-\xfb]/s,
    "a CBOR file",
    cborToJson,
  ],
  [
    /^([\x91-\x9f]|\xdc..|\xdd.{4})?[\x81-\x8f][\xa1-\xbf][A-Za-z_][\w ]*[\x80-\xdf]/s,
    "a MessagePack file",
    `Convert the file to JSON, which is read: ${pythonForBinaryFormat('import msgpack, json; json.dump(msgpack.unpack(open("FILE", "rb")), open("FILE.json", "w"), default=str)')}`,
  ],
  [
    /^(\x89HDF\r\n|MATLAB 7\.3)/,
    "an HDF5 file (.h5, or .mat from MATLAB 7.3)",
    `${perChannel}, for example with h5py and pandas, or writetable in MATLAB.`,
  ],
  [
    // Version 4 begins with five integers (type, rows, columns, imaginary part, length of the name), then the name.
    /^(MATLAB 5\.0 MAT-file|[\0-\x34]\0{3}.{3}\0.{3}\0[\0\x01]\0{3}[\x02-\x40]\0{3}[A-Za-z]\w*\0)/s,
    "a MATLAB file (.mat)",
    `${perChannel}, for example with scipy.io.loadmat and pandas, or writetable in MATLAB.`,
  ],
  [
    /^\x93NUMPY/,
    "a NumPy array (.npy)",
    `Write the array as text, and name its columns with --columns: ${pythonForBinaryFormat('import numpy; numpy.savetxt("FILE.csv", numpy.load("FILE"), delimiter=",")')}`,
  ],
  [
    /^\x80[\x02-\x05]/,
    "a Python pickle",
    `If the file contains a pandas table, convert it: ${pythonForBinaryFormat('import pandas; pandas.read_pickle("FILE").to_csv("FILE.csv", index=False)')} Only open pickles that you trust.`,
  ],
  [
    /^SQLite format 3\0/,
    "a SQLite database",
    `Export its table: ${shellCommand("sqlite3", "-header", "-csv", "FILE", "SELECT * FROM TABLE")} > recordings.csv`,
  ],
  [
    /^ARROW1\0\0/,
    "an Arrow or Feather file",
    `Convert the file to Parquet: ${pythonForBinaryFormat('import pandas; pandas.read_feather("FILE").to_parquet("FILE.parquet")')}`,
  ],
  [
    /^\xff{4}..\0\0/s,
    "an Arrow stream (.arrows)",
    `Convert the file to Parquet: ${pythonForBinaryFormat('import pyarrow; pyarrow.ipc.open_stream("FILE").read_pandas().to_parquet("FILE.parquet")')}`,
  ],
  [
    /^ORC[\0-\x1f\x80-\xff].*\0/s,
    "an ORC file",
    `Convert the file to Parquet: ${pythonForBinaryFormat('import pandas; pandas.read_orc("FILE").to_parquet("FILE.parquet")')}`,
  ],
  [
    /^(RDX[23]\n|[XAB]\n\0\0\0[\x02\x03])/,
    "an R data file (.rds or .RData)",
    'Write its table in R with write.csv(table, "recordings.csv", row.names = FALSE).',
  ],
  [
    /^(U[\x51\x61][\s\S]{9,26}){2}U/,
    "a WitMotion binary log",
    "Convert the file to text with WitMotion's program for the sensor; it writes a .txt table, which can be read.",
  ],
  [/^XDF:/, "a Lab Streaming Layer XDF file", `${perChannel}, for example with pyxdf.`],
  [/^(0 {7}|\xffBIOSEMI)[\s\S]{160,}/, "an EDF or BDF file", `${perChannel}, for example with pyedflib.`],
  [/^#ROSBAG V/, "a ROS bag", "Export the sensor's topic as text: rostopic echo -b FILE -p /imu/data > imu.csv"],
  [
    /^(<stata_dta>|\$FL[23]@)/,
    "a Stata or SPSS file",
    "Convert the file with pandas.read_stata or pandas.read_spss, and to_csv.",
  ],
  [/^TDSm/, "a LabVIEW TDMS file", `${perChannel}, for example with nptdms.`],
  [/^MDF {5}/, "an MDF measurement file", `${perChannel}, for example with asammdf.`],
  [/^\x02\x50/, "a C3D file from a motion capture system", `${perChannel}, for example with ezc3d.`],
  [/^ULog\x01/, "a ULog file from a PX4 drone", "Convert its topics to CSV: ulog2csv FILE"],
  [/^\x89MCAP0/, "an MCAP file, as in a ROS 2 bag", `${perChannel}, for example with rosbags or mcap-ros2-support.`],
  [/^RIFF.{4}WAVE/s, "a WAV file", `${perChannel}; cwa-convert does this for an Axivity, scipy.io.wavfile for others.`],
  [
    /^.{4}ftyp/s,
    "a video",
    "If the camera stored motion in it, extract this as CSV, for example with gopro-telemetry.",
  ],
  [/^(\xff\xd8\xff|\x89PNG)/, "a picture", "Export the table itself, as CSV in UTF-8."],
  [/^BZh\d1AY/, "a bzip2 file", "Unpack it, and pass the file in it: bunzip2 -k FILE"],
  [/^\xfd7zXZ\0/, "an xz file", "Unpack it, and pass the file in it: unxz -k FILE"],
  [/^\x28\xb5\x2f\xfd/, "a Zstandard file", "Unpack it, and pass the file in it: unzstd FILE"],
  [/^(Rar!|7z\xbc\xaf)/, "an archive (.rar or .7z)", archive],
  [/^%PDF-/, "a PDF document", "Export the table itself, as CSV in UTF-8."],
];

/** @param head the first bytes, unpacked if the file is gzipped */
export function binaryFormat(head: Uint8Array): BinaryFormat | undefined {
  const text = Buffer.from(head.subarray(0, 512)).toString("latin1");
  const found = formats.find(([begins]) => begins.test(text));
  return found === undefined ? undefined : { is: found[1], advice: found[2] };
}
