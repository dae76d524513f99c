import { checkAdvice, explainCheck, explainedSentence, referenceNames } from "../../src/report/explain-check.ts";
import { addressOf } from "./address.ts";
import { decide, getBatch, type ReadBatch } from "./api.ts";
import { Decision } from "./decision.tsx";
import { Failure } from "./failure.tsx";
import { Scroll } from "./scroll.tsx";
import { useAnswer } from "./use-answer.ts";
import { Verdict } from "./verdict.tsx";
import { minute, share as percent } from "./words.ts";

export function BatchPage({ model, stream, batch }: { model: string; stream: string; batch: string }) {
  const { answer, error, again } = useAnswer(JSON.stringify([model, stream, batch]), (signal) =>
    getBatch(model, stream, batch, signal),
  );
  return (
    <main>
      <p class="path">
        <a href="#/">Streams</a> / {model} / <a href={addressOf({ page: "stream", model, stream })}>{stream}</a>
      </p>
      <h1>{batch}</h1>
      {error === null ? null : <Failure error={error} />}
      {answer === null ? error === null ? <p class="quiet">Loading …</p> : null : <Batch own={answer} again={again} />}
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
        Received {minute(received_at)}; {status}, {isIn ? "in" : "not in"} the stream's references.
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
      {result.verdict === "rejected" ? null : <Judged result={result} />}
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

function Judged({ result }: { result: Exclude<ReadBatch["result"], { verdict: "rejected" }> }) {
  const shares = Object.entries(result.signals.class_shares);
  return (
    <>
      <h2>Activities</h2>
      <table class="bars">
        <tbody>
          {shares.map(([name, share]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <svg viewBox="0 0 100 10" class="bar" aria-hidden="true" preserveAspectRatio="none">
                  <rect width={100 * share} height="10" />
                </svg>
              </td>
              <td>{percent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {result.comparisons.map(({ reference, channel, channels }) => (
        <section key={reference}>
          <h2>Distances from {referenceNames[reference]}</h2>
          {Object.keys(channels).length === 0 ? (
            <p class="quiet">Furthest away: {channel}. The distances of the other channels are no longer kept.</p>
          ) : (
            <Scroll label={`Distances from ${referenceNames[reference]}`}>
              <table>
                <thead>
                  <tr>
                    {["channel", "KS", "PSI", "W1 (sd)", "mean (sd)", "spread", "score"].map((name) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(channels).map(([name, own]) => (
                    <tr key={name}>
                      <th scope="row">{name === channel ? <strong>{name} ← furthest</strong> : name}</th>
                      <td>{own.ks.toFixed(3)}</td>
                      <td>{own.psi.toFixed(3)}</td>
                      <td>{own.wasserstein.toFixed(3)}</td>
                      <td>
                        {own.mean_shift > 0 ? "+" : ""}
                        {own.mean_shift.toFixed(3)}
                      </td>
                      <td>× {Number(own.sd_ratio.toPrecision(3))}</td>
                      <td>{own.score === undefined ? "–" : own.score.toFixed(1)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )}
        </section>
      ))}
    </>
  );
}
