// A model's baseline: what its training data looked like, how its thresholds were calibrated, and how good it was in its
// cross-validation; and two models side by side.

import { durationText } from "../../src/duration-text.ts";
import { addressOf } from "./address.ts";
import { Answered } from "./answered.tsx";
import { getBaseline, getComparison, getModels, type ServedBaseline, type ServedComparison } from "./api.ts";
import { Scroll } from "./scroll.tsx";
import { Table } from "./table.tsx";
import { useAnswer } from "./use-answer.ts";
import { minute, share as percent } from "./words.ts";

export function ModelPage({ model }: { model: string }) {
  const asked = useAnswer(
    JSON.stringify(["baseline", model]),
    (signal) => getBaseline(model, signal),
    () => false,
  );
  const { answer: all } = useAnswer("models", getModels, () => false);
  return (
    <main>
      <p class="path">
        <a href="#/">Streams</a> / models
      </p>
      <h1>{model}</h1>
      <Answered asked={asked}>
        {(own) => (
          <>
            <Others model={own.model} names={all?.models ?? []} />
            <Facts columns={[own]} />
            <Warnings warnings={own.warnings} />
            <h2>Channels</h2>
            <Channels own={own} />
            <Histograms own={own} />
            <h2>Calibration</h2>
            <Calibration own={own} />
          </>
        )}
      </Answered>
    </main>
  );
}

/** Links to comparisons with every other model. A champion is among them under the name of its folder. */
function Others({ model, names }: { model: string; names: readonly string[] }) {
  const others = names.filter((name) => name !== model && !name.endsWith("@champion"));
  if (others.length === 0) return null;
  return (
    <p>
      Compare with{" "}
      {others.map((other) => (
        <span key={other}>
          <a href={addressOf({ page: "beside", model, other })}>{other}</a>{" "}
        </span>
      ))}
    </p>
  );
}

/** The service escapes all text, and the page's content security policy lets no inline script run. */
function Histograms({ own: { histograms } }: { own: ServedBaseline }) {
  return <div class="picture" dangerouslySetInnerHTML={{ __html: histograms }} />;
}

export function BesidePage({ model, other }: { model: string; other: string }) {
  const asked = useAnswer(
    JSON.stringify(["beside", model, other]),
    (signal) => getComparison(model, other, signal),
    () => false,
  );
  return (
    <main>
      <p class="path">
        <a href="#/">Streams</a> / models
      </p>
      <h1>
        {model} beside {other}
      </h1>
      <Answered asked={asked}>{(both) => <Beside own={both} />}</Answered>
    </main>
  );
}

function Beside({ own: { first, second, paired, warnings } }: { own: ServedComparison }) {
  return (
    <>
      <p>{pairedText(first.model, second.model, paired)}</p>
      <Warnings warnings={warnings} />
      <Facts columns={[first, second]} />
      <div class="columns">
        {[first, second].map((own) => (
          <section key={own.model} aria-label={own.model}>
            <h2>Channels of {own.model}</h2>
            <Channels own={own} />
            <Histograms own={own} />
            <h2>Calibration of {own.model}</h2>
            <Calibration own={own} />
          </section>
        ))}
      </div>
    </>
  );
}

function pairedText(first: string, second: string, paired: ServedComparison["paired"]): string {
  if (paired === null) {
    return "Nobody was tested under both models, so their figures come from different people. `tidemark models compare --on FILES` compares them on recordings with labels.";
  }
  const { people, difference, interval, verdict } = paired;
  const found = `On the ${people} people that both cross-validations tested, the macro-F1 of ${second} is ${signed(difference)} that of ${first}`;
  if (interval === null) return `${found}.`;
  const range = `90 % interval ${signedNumber(interval.low)} to ${signedNumber(interval.high)}`;
  return `${found} (${range}): ${verdict === "open" ? "the difference may be chance" : `${second} is ${verdict}`}.`;
}

function signed(value: number): string {
  return `${Math.abs(value).toFixed(3)} ${value < 0 ? "below" : "above"}`;
}

function signedNumber(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

const count = (value: number): string => value.toLocaleString("en-US");

type Fact = readonly [string, (own: ServedBaseline) => string];

const spread = ({ mean, sd }: { mean: number | null; sd: number | null }): string =>
  mean === null ? "–" : `${mean.toFixed(3)}${sd === null ? "" : ` ± ${sd.toFixed(3)}`}`;

const facts: readonly Fact[] = [
  ["version", (own) => own.model_version],
  ["trained", (own) => minute(own.created_at)],
  ["learned from", (own) => (own.from === null ? "labels" : `pseudo-labels of ${own.from}`)],
  [
    "people",
    ({ people }) =>
      `${count(people.count)}, with ${people.fewest_windows === people.most_windows ? "" : `${count(people.fewest_windows)} to `}${count(people.most_windows)} windows each`,
  ],
  ["classes", ({ classes }) => classes.map(({ name, windows }) => `${name} (${count(windows)} windows)`).join(", ")],
  ["rows", ({ quality }) => `${count(quality.rows_kept)} kept of ${count(quality.rows_read)}`],
  [
    "recorded",
    ({ quality }) =>
      `${durationText(quality.seconds)} in ${count(quality.recordings)} recordings${quality.rate_hz === null ? "" : `, ${Number(quality.rate_hz.toPrecision(4))} Hz`}`,
  ],
  [
    "cross-validation",
    ({ cross_validation: own }) =>
      `${own.folds} folds, ${own.no_shared_person ? "of people whom the network had not seen" : "with people whom the network had seen"}`,
  ],
  ["macro-F1", ({ cross_validation: own }) => spread(own.macro_f1)],
  ["accuracy", ({ cross_validation: own }) => spread(own.accuracy)],
  ["Cohen's kappa", ({ cross_validation: own }) => spread(own.kappa)],
  ["worst person's macro-F1", ({ cross_validation: own }) => own.worst_person_macro_f1.toFixed(3)],
  ["calibration error", ({ cross_validation: own }) => own.expected_calibration_error.toFixed(3)],
];

function Facts({ columns }: { columns: readonly ServedBaseline[] }) {
  return (
    <Scroll label="What the model is">
      <table class="facts">
        <thead>
          <tr>
            <td />
            {columns.map(({ model }) => (
              <th key={model} scope="col">
                <a href={addressOf({ page: "model", model })}>{model}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {facts.map(([name, text]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {columns.map((own) => (
                <td key={own.model} class="words">
                  {text(own)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="failure">
      {warnings.map((words) => (
        <li key={words}>{words}</li>
      ))}
    </ul>
  );
}

const quantity = (value: number): string => String(Number(value.toPrecision(4)));

function Channels({ own: { model, channels } }: { own: ServedBaseline }) {
  return (
    <Table
      label={`Channels of ${model}`}
      columns={["channel", "unit", "mean", "sd", "min", "5 %", "25 %", "50 %", "75 %", "95 %", "max"]}
    >
      {channels.map((own) => (
        <tr key={own.name}>
          <th scope="row">{own.name}</th>
          <td>{own.unit?.replace("^2", "²") ?? "unknown"}</td>
          {[
            own.mean,
            own.std,
            own.min,
            own.percentile_5,
            own.percentile_25,
            own.percentile_50,
            own.percentile_75,
            own.percentile_95,
            own.max,
          ].map((value, i) => (
            <td key={i}>{quantity(value)}</td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

function Calibration({ own: { model, calibration } }: { own: ServedBaseline }) {
  const { day, run_length: length, rungs } = calibration;
  return (
    <>
      <p class="quiet">
        {day === null
          ? "No days were rehearsed."
          : day === "recorded"
            ? "Days were rehearsed in recorded order."
            : `Days were rehearsed with bouts of ${[...new Set(day.bout_seconds)].map((own) => durationText(own)).join(" to ")} on average.`}{" "}
        {length === null
          ? ""
          : `At least ${count(length.at_least)} batches between false alarms (${percent(length.confidence)} confidence; requested: ${count(length.asked)}), measured on ${count(length.people)} people, each left out of the calibration.`}
      </p>
      {rungs.length === 0 ? (
        <p class="quiet">There is no calibration, because there are too few recordings.</p>
      ) : (
        <Table
          label={`Calibration of ${model}`}
          columns={["compared with", "separated by", "seconds", "batches", "alarms at 5 %"]}
        >
          {rungs.map(({ kind, apart, seconds, batches, alarms_at_5_percent: alarms }) => (
            <tr key={`${kind} ${seconds}`}>
              <th scope="row">{kind}</th>
              <td>{apart}</td>
              <td>{Math.round(seconds)}</td>
              <td>{count(batches)}</td>
              <td>{alarms === null ? "–" : alarms.toFixed(3)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
