// The dashboard of `tidemark serve`.
import { render } from "preact";
import { usePlace } from "./address.ts";
import { BatchPage } from "./batch-page.tsx";
import { FleetPage } from "./fleet-page.tsx";
import { BesidePage, ModelPage } from "./model-page.tsx";
import { Session } from "./session.tsx";
import { StreamPage } from "./stream-page.tsx";

function App() {
  const place = usePlace();
  return (
    <Session>
      {place.page === "fleet" ? (
        <FleetPage place={place} />
      ) : place.page === "model" ? (
        <ModelPage {...place} />
      ) : place.page === "beside" ? (
        <BesidePage {...place} />
      ) : place.page === "stream" ? (
        <StreamPage {...place} />
      ) : (
        <BatchPage {...place} />
      )}
    </Session>
  );
}

render(<App />, document.getElementById("app")!);
