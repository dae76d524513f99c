// The first page: what needs attention now. The counts are also filters, the search looks for a part of a stream's name, and
// the service sends one page of streams at a time, those in alarm first.

import { addressOf, type Place } from "./address.ts";
import { Answered } from "./answered.tsx";
import { type Fleet, type FleetStream, getFleet, pageSize } from "./api.ts";
import { Sparkline } from "./evidence.tsx";
import { Scroll } from "./scroll.tsx";
import { Table } from "./table.tsx";
import { useAnswer } from "./use-answer.ts";
import { Verdict } from "./verdict.tsx";
import { agoText, since } from "./words.ts";

type FleetPlace = Extract<Place, { page: "fleet" }>;

const filters = [
  ["active", "all", "total"],
  ["alarm", "in alarm", "alarm"],
  ["silent", "silent", "silent"],
  ["rejected", "last batch rejected", "rejected"],
  ["retired", "retired", "retired"],
] as const;

export function FleetPage({ place }: { place: FleetPlace }) {
  const { which, search, skip } = place;
  const asked = useAnswer(JSON.stringify([which, search, skip]), (signal) => getFleet(place, signal));
  const go = (change: Partial<FleetPlace>): void => {
    location.replace(addressOf({ ...place, skip: 0, ...change }));
  };
  return (
    <main>
      <h1>Streams</h1>
      <Answered asked={asked}>
        {(fleet) =>
          fleet.counts.total + fleet.counts.retired === 0 ? (
            <NoStreams fleet={fleet} />
          ) : (
            <>
              <nav class="filters" aria-label="Which streams">
                {filters.map(([name, words, count]) => (
                  <a
                    key={name}
                    href={addressOf({ ...place, which: name, skip: 0 })}
                    class={`tile ${name === "alarm" && fleet.counts.alarm > 0 ? "loud" : ""}`}
                    aria-current={name === which ? "true" : undefined}
                  >
                    <strong>{fleet.counts[count].toLocaleString("en-US")}</strong> {words}
                  </a>
                ))}
              </nav>
              <p>
                <label for="search">Part of a name: </label>
                <input
                  id="search"
                  type="search"
                  value={search}
                  onChange={(event) => go({ search: event.currentTarget.value.trim() })}
                />
              </p>
              <FleetTable fleet={fleet} />
              <p class="quiet">
                Models:{" "}
                {fleet.models.map((model) => (
                  <span key={model}>
                    <a href={addressOf({ page: "model", model })}>{model}</a>{" "}
                  </span>
                ))}
              </p>
              <Pages place={place} fleet={fleet} />
            </>
          )
        }
      </Answered>
    </main>
  );
}

function FleetTable({ fleet: { streams, at } }: { fleet: Fleet }) {
  if (streams.length === 0) return <p class="quiet">No stream matches.</p>;
  return (
    <Table
      label="Streams, those that need attention first"
      columns={["stream", "state", "in alarm for", "furthest away", "last 20 batches", "last batch"]}
      class="fleet"
    >
      {streams.map((stream) => (
        <FleetRow key={`${stream.model}/${stream.stream}`} stream={stream} at={at} />
      ))}
    </Table>
  );
}

function FleetRow({ stream: own, at }: { stream: FleetStream; at: string }) {
  const { model, stream, state, channel, last, silence, series } = own;
  const isAlarm = state === "sudden_change" || state === "gradual_drift";
  return (
    <tr>
      <th scope="row">
        <a href={addressOf({ page: "stream", model, stream })}>{stream}</a>
        <small>{model}</small>
      </th>
      <td data-label="state">
        <Verdict verdict={state} />
        {own.confirmed === false ? <small>provisional</small> : null}
      </td>
      <td data-label="in alarm for">{own.since === null || !isAlarm ? "–" : `${since(own.since, at)}`}</td>
      <td data-label="furthest away">{channel ?? "–"}</td>
      <td data-label="last 20 batches">
        <Sparkline series={series} />
      </td>
      <td data-label="last batch">
        {agoText(silence.seconds)} ago
        {silence.silent === true ? (
          <small class="warn">silent: usually every {agoText(silence.usual_interval_seconds ?? 0)}</small>
        ) : null}
        {last.verdict === "rejected" ? <small class="warn">✕ rejected</small> : null}
      </td>
    </tr>
  );
}

function Pages({ place, fleet: { matching } }: { place: FleetPlace; fleet: Fleet }) {
  const { skip } = place;
  const to = Math.min(matching, skip + pageSize);
  const count = (n: number): string => n.toLocaleString("en-US");
  return (
    <nav class="pages" aria-label="Pages">
      {skip > 0 ? <a href={addressOf({ ...place, skip: Math.max(0, skip - pageSize) })}>previous</a> : null}
      <span>
        {matching === 0
          ? "0 streams"
          : `${count(skip + 1)} to ${count(to)} of ${count(matching)} ${matching === 1 ? "stream" : "streams"}`}
      </span>
      {to < matching ? <a href={addressOf({ ...place, skip: skip + pageSize })}>next</a> : null}
    </nav>
  );
}

/** What to do first: the command that sends a batch. */
function NoStreams({ fleet: { models } }: { fleet: Fleet }) {
  const model = models[0] ?? "MODEL";
  return (
    <section>
      <p>No batch has arrived yet. Send the first one:</p>
      <Scroll label="Command">
        <pre>
          <code>{`curl --data-binary @monday.csv \\\n    ${location.origin}/v1/models/${encodeURIComponent(model)}/streams/wrist-7/batches/monday`}</code>
        </pre>
      </Scroll>
      <p class="quiet">
        The file holds the columns that {model} was trained with. The stream appears here as soon as the reply is sent.
        Models: {models.join(", ")}.
      </p>
    </section>
  );
}
