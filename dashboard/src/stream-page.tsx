import { shortAlarmShare } from "../../src/alarm-share.ts";
import { explainedCause, referenceNames } from "../../src/report/explain-check.ts";
import { ActionRecord } from "./action-record.tsx";
import { addressOf } from "./address.ts";
import { Answered } from "./answered.tsx";
import { decide, getStream, getStreamPicture, type ReadStream, type ShownBatch } from "./api.ts";
import { Decision } from "./decision.tsx";
import { Legend, Timeline } from "./evidence.tsx";
import { Drawn } from "./picture.tsx";
import { Table } from "./table.tsx";
import { useAnswer } from "./use-answer.ts";
import { Verdict } from "./verdict.tsx";
import { agoText, dataTime, minute, share as percent, since } from "./words.ts";

export function StreamPage({ model, stream }: { model: string; stream: string }) {
  const asked = useAnswer(
    JSON.stringify([model, stream]),
    (signal) => getStream(model, stream, signal),
    (news) => news.stream === stream,
  );
  return (
    <main>
      <p class="path">
        <a href="#/">Streams</a> / <a href={addressOf({ page: "model", model })}>{model}</a>
      </p>
      <h1>{stream}</h1>
      <Answered asked={asked}>{(stream) => <Stream own={stream} again={asked.again} />}</Answered>
    </main>
  );
}

function Stream({ own, again }: { own: ReadStream; again: () => void }) {
  const { model, stream, state, channel, reference, silence, batches, history, at, last } = own;
  const isAlarm = state === "sudden_change" || state === "gradual_drift";
  const point = history.at(-1)?.change_point ?? null;
  const estimate = history.findLast(({ accuracy }) => accuracy !== null)?.accuracy ?? null;
  const href = (batch: string): string => addressOf({ page: "batch", model, stream, batch });
  return (
    <>
      <p>
        <Verdict verdict={state} large />
        {own.retired_at === null ? null : ` Retired ${minute(own.retired_at)}.`}
      </p>
      <ul>
        {isAlarm && own.since !== null ? (
          <li>
            In alarm for {since(own.since, at)}, since {minute(own.since)}.
          </li>
        ) : null}
        {point === null ? null : (
          <li>
            The change probably began at about batch <a href={href(point)}>{point}</a>.
          </li>
        )}
        {own.confirmed === false ? <li>Whether the change is called sudden or gradual may still change.</li> : null}
        {channel === null || reference === null ? null : (
          <li>
            {channel} is furthest from {referenceNames[reference]}.
          </li>
        )}
        {silence.silent === true ? (
          <li>
            Silent for {agoText(silence.seconds)}; usually, a batch arrives every{" "}
            {agoText(silence.usual_interval_seconds ?? 0)}.
          </li>
        ) : null}
        <li>
          Last batch <a href={href(last.batch_id)}>{last.batch_id}</a>, {agoText(silence.seconds)} ago.{" "}
          {batches.total.toLocaleString("en-US")} batches in all, {batches.alarmed.toLocaleString("en-US")} in alarm,{" "}
          {batches.rejected.toLocaleString("en-US")} rejected.
        </li>
        <li>
          {estimate === null
            ? "The accuracy cannot be estimated."
            : `Estimated accuracy of the last batch that allows it: ${percent(estimate.estimate)} (${percent(estimate.lower)} to ${percent(estimate.upper)}).`}
        </li>
      </ul>
      <h2>Evidence relative to the alarm level</h2>
      <Legend />
      <Timeline batches={history} changePoint={point} href={href} />
      <Drawn
        of={JSON.stringify([model, stream, last.batch_id, batches.total])}
        draw={(signal) => getStreamPicture(model, stream, signal)}
        empty="No batch of this stream could be judged, so there are no charts."
      />
      <h2>Decisions</h2>
      <StreamDecisions own={own} again={again} />
      <ActionRecord actions={own.actions} href={href} />
      <h2>Batches</h2>
      <p class="quiet">
        The newest first{history.length < batches.total ? `, the last ${history.length.toLocaleString("en-US")}` : ""}.
      </p>
      <Table
        label="Batches"
        columns={["batch", "data", "received", "verdict", "evidence", "furthest away", "reasons", "activities"]}
      >
        {history.toReversed().map((batch) => (
          <BatchRow key={batch.batch_id} batch={batch} href={href(batch.batch_id)} />
        ))}
      </Table>
    </>
  );
}

function StreamDecisions({
  own: { model, stream, retired_at: retiredAt },
  again,
}: {
  own: ReadStream;
  again: () => void;
}) {
  const where = { model, stream };
  return (
    <p class="buttons">
      <Decision
        name="Reset"
        about="The stream begins again with empty references and no evidence, as after a change that is here to stay. Its batches stay in the history, and their ids cannot be used again."
        decide={async (reason) => {
          await decide(where, "reset", { reason });
          again();
        }}
      />
      {retiredAt !== null ? null : (
        <Decision
          name="Retire"
          about="The stream leaves the list, and no longer counts as silent. Its history stays, and its next batch brings it back."
          decide={async (reason) => {
            await decide(where, "retire", { reason });
            again();
          }}
        />
      )}
      <Decision
        name="Erase"
        about="Everything that is kept about this stream is deleted: its batches, references and state. Only the record of decisions stays, without the stream's name. This cannot be undone."
        confirm={stream}
        decide={async (reason) => {
          await decide(where, "erase", { reason, stream });
          location.assign("#/");
        }}
      />
    </p>
  );
}

function BatchRow({ batch, href }: { batch: ShownBatch; href: string }) {
  const { batch_id, received_at, verdict, evidence, comparisons, leading, class_shares: shares } = batch;
  const furthest = comparisons.find(({ reference }) => reference === leading);
  const mix = Object.entries(shares ?? {})
    .filter(([, share]) => share >= 0.05)
    .sort(([, a], [, b]) => b - a);
  return (
    <tr>
      <th scope="row">
        <a href={href}>{batch_id}</a>
      </th>
      <td>{dataTime(batch)}</td>
      <td>{minute(received_at)}</td>
      <td>
        <Verdict verdict={verdict} />
      </td>
      <td>{evidence === null ? "–" : shortAlarmShare(evidence)}</td>
      <td>{furthest === undefined ? "–" : furthest.channel}</td>
      <td class="words">{reasonsOf(batch).join(" ") || "–"}</td>
      <td class="words">{mix.map(([name, share]) => `${name} ${percent(share)}`).join(", ") || "–"}</td>
    </tr>
  );
}

function reasonsOf({ likely_causes, unfamiliar, doubtful, faults, verdict }: ShownBatch): string[] {
  return [
    ...faults.map(({ message }) => message),
    ...likely_causes.map((cause) => `Likely: ${explainedCause(cause)}.`),
    ...(unfamiliar ? ["Unlike the people in the training data."] : []),
    ...(doubtful && verdict === "normal" ? ["Doubtful, so kept out of the references."] : []),
  ];
}
