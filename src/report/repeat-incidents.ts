// Sends all open incidents to an Alertmanager, which keeps alerts only in memory and resolves alerts that are not resent.

import type { AlertMessage } from "./alert-message.ts";
import type { AlertOutbox } from "./alert-outbox.ts";
import { alertmanagerPayload } from "./alert-payload.ts";
import type { AlertmanagerTarget } from "./alert-target.ts";
import { postAlertToTarget } from "./send-alert.ts";

/** Number of alerts per request; arbitrary. */
const most = 500;

/** @param isFor whether a message is meant for this target @throws AlertFault if the Alertmanager does not accept the alerts */
export async function repeatIncidents(
  outbox: Pick<AlertOutbox, "openIncidents">,
  target: AlertmanagerTarget,
  now: Date,
  patienceMs: number,
  isFor: (message: AlertMessage) => boolean = () => true,
): Promise<void> {
  const incidents = outbox.openIncidents().filter(({ incident }) => isFor(incident.message));
  for (let i = 0; i < incidents.length; i += most) {
    const some = incidents.slice(i, i + most);
    const body = some.map(({ incident }) => alertmanagerPayload(incident.message, target.holdHours, now));
    await postAlertToTarget(JSON.stringify(body), target, { now, patienceMs });
  }
}
