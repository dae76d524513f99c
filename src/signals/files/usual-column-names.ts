// Finds the column for a role, such as the label or the person, by the names usually given to such columns.

export type ColumnRole = "label" | "group" | "recording" | "time";

/**
 * Usual column names for each role, most likely first; case, accents, spaces and punctuation are ignored. For all roles except
 * the recording, one line lists words in German, French, Spanish, Italian, Portuguese and Dutch, and further lines list those
 * in other languages.
 */
export const usualColumnNames: Record<ColumnRole, readonly string[]> = {
  label: [
    ...[
      "activity",
      "label",
      "class",
      "activityname",
      "activitylabel",
      "activityid",
      "activitycode",
      "annotation",
      "target",
      "y",
    ],
    ...[
      "labels",
      "classname",
      "classlabel",
      "activitytype",
      "activitytypeid",
      "activities",
      "action",
      "gesture",
      "exercise",
      "movement",
    ],
    ...["behavior", "behaviour", "gt", "groundtruth", "workout", "act", "outcome", "posture", "sleepstage"],
    ...["aktivitat", "aktivitaet", "activite", "actividad", "attivita", "atividade", "activiteit"],
    ...["aktywnosc", "aktivitet", "aktivita", "aktivite", "etkinlik", "активность", "активність", "δραστηριοτητα"],
    ...["活动", "活動", "行為", "行动", "行動", "动作", "動作", "标签", "標籤", "ラベル", "활동", "행동", "라벨"],
  ],
  group: [
    ...["user", "userid", "subject", "subjectid", "participant", "participantid", "person", "personid"],
    ...["volunteer", "patient", "patientid", "wearer", "pid", "sub"],
    ...[
      "subj",
      "subjid",
      "sbj",
      "sbjid",
      "subjectno",
      "subjectnumber",
      "participantno",
      "participantcode",
      "patientcode",
      "participantnumber",
      "volunteerid",
    ],
    ...[
      "athlete",
      "athleteid",
      "player",
      "playerid",
      "runner",
      "username",
      "subjectname",
      "participantname",
      "personname",
    ],
    ...["volunteername", "patientname", "tester", "testperson"],
    ...["animal", "animalid", "dogid", "cowid", "horseid", "individuallocalidentifier"],
    ...["proband", "probandid", "versuchsperson", "sujet", "sujeto", "soggetto", "sujeito", "proefpersoon"],
    ...["benutzer", "nutzer", "teilnehmer", "utilisateur", "usuario", "utente", "gebruiker", "deelnemer", "uzytkownik"],
    ...["kullanıcı", "kullanici", "denek", "brukare", "bruger", "bruker", "пользователь", "участник", "испытуемыи"],
    ...[
      "用户",
      "用戶",
      "使用者",
      "受试者",
      "受試者",
      "被試",
      "被験者",
      "ユーザー",
      "参加者",
      "사용자",
      "피험자",
      "참가자",
    ],
    // Beside a column for the person, a group is one of patients and controls.
    ...["group", "id"],
  ],
  recording: [
    ...["recording", "recordingid", "session", "sessionid", "trial", "trialid", "experiment", "file", "filename"],
    ...["recordingno", "recordingnumber", "sessionno", "sessionnumber", "trialno", "trialnum", "trialnumber"],
    ...["experimentid", "recordingname", "sessionname", "trialname"],
  ],
  time: [
    ...["timestamps", "timestamp", "times", "time", "timestampms", "timems", "timestampus", "timeus"],
    ...[
      "timestampns",
      "timens",
      "millis",
      "micros",
      "datetime",
      "seconds",
      "secondselapsed",
      "elapsed",
      "elapsedtime",
      "epoch",
      "t",
      "ts",
    ],
    ...["epoc", "unixtime", "unixtimestamp", "epochtime", "systemtime", "sampletime", "timeelapsed", "dateandtime"],
    ...["elapsedseconds", "second", "timesinceepoch", "clock", "date", "createdat"],
    ...["zeitstempel", "zeit", "horodatage", "temps", "marcadetiempo", "tiempo", "tempo", "tijd", "tijdstempel"],
    ...["czas", "aika", "tid", "cas", "zaman", "vreme", "ido", "waktu", "datumuhrzeit", "dataeora"],
    ...["sekunden", "sekunde", "secondes", "segundos", "secondi", "seconden", "millisekunden", "millisecondes"],
    ...["milisegundos", "millisecondi", "milliseconden", "zeitpunkt", "laufzeit"],
    ...["fechayhora", "dataehora", "dateetheure", "datumentijd", "uhrzeit", "heure", "hora", "ora", "godzina"],
    ...["dauer", "duree", "duracion", "durata", "duracao", "duur"],
    ...["час", "χρονος", "thoigian", "समय", "وقت", "الوقت", "זמן", "เวลา"],
    ...["时间", "時間", "时间戳", "時間戳", "タイムスタンプ", "時刻", "시간", "время"],
    ...["ms", "us", "gpst", "gpstime", "gpstow", "itow", "tow", "timeofweek", "gpstimeofweek"],
  ],
};

/** Returns the columns that were joined into a clock such as "Date + Time"; empty if the column is not a joined clock. */
export function partsOfJoinedClock(column: string, available: readonly string[]): readonly string[] {
  const parts = column.replace(/ \(s\)$/, "").split(" + ");
  return parts.length > 1 && parts.every((part) => available.includes(part)) ? parts : [];
}

/**
 * The names of JSON objects around a record, which come before the names of its fields, and those of Kafka's keys and values, as
 * in RADAR-base's key.userId and value.time.
 */
const wrapper =
  /^(?:(?:key|value)\.|(?:_?source|payload|body|data|fields?|message|items?|records?|properties|attributes|params|state|reported|doc|document|content|events?|readings?|samples?)[_.])+(?=.)/i;

const secondsName = /^(seconds?|sekunden?|secondes|segundos|secondi|seconden)$/;

/** Whether a column holds the minutes of a time of day, so that seconds beside it are not the time of a row. */
export function hasMinutesColumn(columns: readonly string[]): boolean {
  return columns.some((column) => minutesName.test(column.trim()));
}

/** Matches the names of minutes, which are those of a time of day or of elapsed time. */
export const minutesName: RegExp = /^(mins?|minut(es?|en?|os?|i))$/i;

/** Returns the column whose name is the most likely one for the role; null if no name is likely. */
export function usualColumnOfRole(columns: readonly string[], role: ColumnRole): string | null {
  // MongoDB gives each row its own _id.
  const available = columns.filter((column) => !/^_id\b/.test(column));
  const joined =
    role === "time" ? available.find((column) => partsOfJoinedClock(column, available).length > 0) : undefined;
  if (joined !== undefined) return joined;
  const whole = available.map(normaliseUsualColumnName);
  const withoutUnit = available.map((column) => normaliseUsualColumnName(usualColumnNameWithoutUnit(column)));
  const isAxis = withoutUnit.includes("x");
  const isPartOfDate = hasMinutesColumn(available);
  const names = usualColumnNames[role].filter((usual) => !isPartOfDate || !secondsName.test(usual));
  for (const usual of names) {
    if (usual === "y" && isAxis) continue;
    const match = available[whole.indexOf(usual)] ?? available[withoutUnit.indexOf(usual)];
    if (match === undefined) continue;
    if (role !== "group" || (usual !== "group" && usual !== "id")) return match;
    // Alone, a subject code is not the person: device files contain it, and many people never set it.
    return available[whole.indexOf("subjectcode")] ?? match;
  }
  const bareOf = (column: string): string => column.replace(wrapper, "");
  if (available.some((column) => bareOf(column) !== column)) {
    const inner = usualColumnOfRole(available.map(bareOf), role);
    if (inner !== null) return available.find((column) => bareOf(column) === inner)!;
  }
  if (role !== "time") return null;
  // The last word may be a unit, as in t_us.
  const bare = available.map((column) =>
    normaliseUsualColumnName(column.replace(/[\s_-](s|secs?|seconds|ms|millis|[uµμ]s|micros|ns|nanos)$/i, "")),
  );
  for (const usual of names) {
    const match = available[bare.indexOf(usual)];
    if (match !== undefined) return match;
  }
  const abscissa = abscissaOfAcceleration(available);
  if (abscissa !== undefined) return abscissa;
  const found = usualTimeColumns(available);
  // Ticks are used only if there is no other column, because their unit is not known.
  const inUnits = found.filter((column) => !/tick/i.test(column));
  const possible = inUnits.length > 0 ? inUnits : found;
  const ofSensor = possible.filter((column) => /acc|motion|sensor/i.test(column));
  const measured = possible.filter((column) => !isTimeOfArrival(column));
  const [only = null, ...others] = measured.length > 0 ? measured : possible;
  return ofSensor[0] ?? (others.length === 0 ? only : null);
}

/** Whether a time column says when rows arrived at another device, and not when they were measured. */
export function isTimeOfArrival(column: string): boolean {
  return /arriv|receiv|system|phone|server/i.test(column);
}

/**
 * Returns the x-axis of an exported plot, such as X[s]. If each channel has its own time axis, at its own rate, returns that of
 * the first acceleration.
 */
function abscissaOfAcceleration(available: readonly string[]): string | undefined {
  const isAbscissa = (column: string): boolean => /^x\s*[[(]\s*(s|ms)\s*[\])](?:[._ ]?\d+)?$/i.test(column.trim());
  const abscissae = available.filter(isAbscissa);
  if (abscissae.length < 2) return abscissae[0];
  const acceleration = available.findIndex((column) => /acc/i.test(column));
  return available.slice(0, Math.max(0, acceleration)).findLast(isAbscissa);
}

const timeWord =
  /^(times?|timestamps?|datetime|elapsed|uptime|ts|ticks?|epoch?|millis|micros|nanos|(milli|micro|nano)seconds?|zeit|temps|tiempo|tempo|tid|aika)$/;

/**
 * Returns the columns whose names contain a word for time, such as "Time since start in ms" or
 * accelerometerTimestamp_sinceReboot(s).
 */
export function usualTimeColumns(available: readonly string[]): string[] {
  return available.filter((column) => {
    const words = column
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .split(/[^\p{L}]+/u);
    return words.some((word) => timeWord.test(word)) && !/\bzone\b|time offset/.test(words.join(" "));
  });
}

/** Whether two names are equal apart from units in brackets, case and punctuation, such as acc_x (g) and acc_x. */
export function isSameColumnButForUnit(a: string, b: string): boolean {
  return (
    normaliseUsualColumnName(usualColumnNameWithoutUnit(a)) === normaliseUsualColumnName(usualColumnNameWithoutUnit(b))
  );
}

export function usualColumnNameWithoutUnit(column: string): string {
  // In Russian, the unit follows a comma: Время, с.
  return column.replace(/[([{].*$|(?<=\p{L}), *\p{L}{1,3}$/u, "");
}

/**
 * Returns a name in lower case, without spaces, punctuation and accents, but with the marks that tell other scripts' letters
 * apart, such as フ and プ.
 */
export function normaliseUsualColumnName(name: string): string {
  return name
    .normalize("NFD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]|[^\p{L}\p{M}0-9]/gu, "")
    .normalize("NFC");
}
