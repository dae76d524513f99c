import { checkAdvice, explainCheck, explainedSentence, referenceNames } from "../../src/report/explain-check.ts";
import { formatFixed } from "../../src/report/number-format.ts";
import { addressOf } from "./address.ts";
import { Answered } from "./answered.tsx";
import { decide, getBatch, getPicture, type ReadBatch } from "./api.ts";
import { Decision } from "./decision.tsx";
import { Drawn } from "./picture.tsx";
import { Table } from "./table.tsx";
import { useAnswer } from "./use-answer.ts";
import { Verdict } from "./verdict.tsx";
import { dataTime, minute } from "./words.ts";

export function BatchPage({ model, stream, batch }: { model: string; stream: string; batch: string }) {
  const asked = useAnswer(
    JSON.stringify([model, stream, batch]),
    (signal) => getBatch(model, stream, batch, signal),
    (news) => news.stream === stream,
  );
  return (
    <main>
      <p class="path">
        <a href="#/">Streams</a> / <a href={addressOf({ page: "model", model })}>{model}</a> /{" "}
        <a href={addressOf({ page: "stream", model, stream })}>{stream}</a>
      </p>
      <h1>{batch}</h1>
      <Answered asked={asked}>
        {(own) => (
          <>
            <Batch own={own} again={asked.again} />
            {own.status === "rejected" ? null : (
              <BatchPictures model={model} stream={stream} batch={batch} isIn={own.in_references} />
            )}
            {own.result.verdict === "rejected" ? null : <Distances result={own.result} />}
          </>
        )}
      </Answered>
    </main>
  );
}

function Batch({ own, again }: { own: ReadBatch; again: () => void }) {
  const { result, received_at, status, in_references: isIn } = own;
  const advice =
    result.verdict === "rejected"
      ? [...new Set(result.reasons.flatMap(({ advice: words }) => words ?? []))]
      : checkAdvice(result, `tidemark reference accept --model … --stream ${result.stream} -- ${result.batch_id}`);
  return (
    <>
      <p>
        <Verdict verdict={result.verdict} large />
        {result.verdict !== "rejected" && !result.confirmed ? " (provisional)" : ""}
      </p>
      <p class="quiet">
        {own.data_from === null ? "" : `Data from ${dataTime(own)}. `}Received {minute(received_at)}; {status},{" "}
        {isIn ? "in" : "not in"} the stream's references.
      </p>
      <BatchDecision own={own} again={again} />
      <h2>Reasons</h2>
      <ul>
        {explainCheck(result).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <h2>What to do next</h2>
      <ul>
        {advice.map((words) => (
          <li key={words}>{explainedSentence(words)}</li>
        ))}
      </ul>
    </>
  );
}

function BatchDecision({ own, again }: { own: ReadBatch; again: () => void }) {
  const { model, result, status, in_references: isIn } = own;
  if (status === "rejected") return null;
  const where = { model, stream: result.stream, batch: result.batch_id };
  return (
    <p class="buttons">
      {isIn ? (
        <Decision
          name="Exclude from the references"
          about="Later batches are no longer compared with this one."
          decide={async (reason) => {
            await decide(where, "exclude", { reason });
            again();
          }}
        />
      ) : (
        <Decision
          name="Accept into the references"
          about="Later batches are compared with this one, too: what it shows counts as normal for this stream."
          decide={async (reason) => {
            await decide(where, "accept", { reason });
            again();
          }}
        />
      )}
    </p>
  );
}

interface PicturesProps {
  readonly model: string;
  readonly stream: string;
  readonly batch: string;
  /** Whether the batch is in the references; if this changes, the pictures are drawn again. */
  readonly isIn: boolean;
}

function BatchPictures({ model, stream, batch, isIn }: PicturesProps) {
  return (
    <Drawn
      of={JSON.stringify([model, stream, batch, isIn])}
      draw={(signal) => getPicture(model, stream, batch, signal)}
      about="The pictures show the batch beside the stream's current references, which may have changed since its verdict."
      empty="The distributions of this batch are no longer kept, so there are no pictures of it."
    />
  );
}

function Distances({ result }: { result: Exclude<ReadBatch["result"], { verdict: "rejected" }> }) {
  return (
    <>
      {result.comparisons.map(({ reference, channel, channels }) => (
        <section key={reference}>
          <h2>Distances from {referenceNames[reference]}</h2>
          {Object.keys(channels).length === 0 ? (
            <p class="quiet">Furthest away: {channel}. The distances of the other channels are no longer kept.</p>
          ) : (
            <Table
              label={`Distances from ${referenceNames[reference]}`}
              columns={["channel", "KS", "PSI", "W1 (sd)", "mean (sd)", "spread", "score"]}
            >
              {Object.entries(channels).map(([name, own]) => (
                <tr key={name}>
                  <th scope="row">{name === channel ? <strong>{name} ← furthest</strong> : name}</th>
                  <td>{formatFixed(own.ks)}</td>
                  <td>{formatFixed(own.psi)}</td>
                  <td>{formatFixed(own.wasserstein)}</td>
                  <td>
                    {own.mean_shift > 0 ? "+" : ""}
                    {formatFixed(own.mean_shift)}
                  </td>
                  <td>× {Number(own.sd_ratio.toPrecision(3))}</td>
                  <td>{formatFixed(own.score, 1)}</td>
                </tr>
              ))}
            </Table>
          )}
        </section>
      ))}
    </>
  );
}
