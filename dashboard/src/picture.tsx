// Charts that the service draws, as for the pages that commands write. Their colours are custom properties, so they follow the
// page's colour scheme.

import { useEffect, useState } from "preact/hooks";
import type { PicturedSection } from "../../src/pipelines/pictured-section.ts";
import { messageOf } from "./session.tsx";

interface DrawnProps {
  /** Identifies the picture; a new key draws it again. */
  readonly of: string;
  readonly draw: (signal: AbortSignal) => Promise<{ readonly sections: readonly PicturedSection[] }>;
  /** A sentence above the pictures. */
  readonly about?: string;
  /** The message if there is nothing to draw. */
  readonly empty: string;
}

/** Asks for pictures once for each key, because drawing them takes the service longer than its other answers. */
export function Drawn({ of, draw, about, empty }: DrawnProps) {
  const [sections, setSections] = useState<readonly PicturedSection[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    setFailure(null);
    draw(stop.signal).then(
      (drawn) => setSections(drawn.sections),
      (error: unknown) => {
        if (!stop.signal.aborted) setFailure(messageOf(error));
      },
    );
    return () => stop.abort();
  }, [of]);
  if (failure !== null) return <p class="failure">The pictures cannot be drawn: {failure}</p>;
  if (sections === null) return <p class="quiet">Drawing …</p>;
  if (sections.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <>
      {about === undefined ? null : <p class="quiet">{about}</p>}
      <Pictures sections={sections} />
    </>
  );
}

function Pictures({ sections }: { sections: readonly PicturedSection[] }) {
  return sections.map(({ id, title, about, html }) => (
    <section key={id} class="picture" aria-labelledby={`picture-${id}`}>
      <h2 id={`picture-${id}`}>{title}</h2>
      <p class="quiet">{about}</p>
      {/* The service escapes all text, and the page's content security policy lets no inline script run. */}
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </section>
  ));
}
