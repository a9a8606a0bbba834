/**
 * A worker of the balancer: a script of its own, started by `worker_link.ts`. It carries connections,
 * and decides nothing.
 */

import { surviveUnexpected } from "../config/lifetime.ts";
import { reasonOf } from "../core/errors.ts";
import { CarryingThread } from "./carrying_thread.ts";
import { Outbox } from "./outbox.ts";
import type { Order, Report } from "./worker_messages.ts";

/** What a thread has in place of a window; the type checker knows only one kind of globals. */
interface ThreadScope {
  onmessage: (event: MessageEvent<readonly Order[]>) => void;
  postMessage(reports: readonly Report[]): void;
}

const scope = globalThis as unknown as ThreadScope;
const outbox = new Outbox<Report>((reports) => scope.postMessage(reports));
const thread = new CarryingThread(outbox.post);

surviveUnexpected(thread.log, "Unexpected failure in a worker, going on");
globalThis.addEventListener("error", (event) => {
  // It would end here, with a stack trace for the user: the main thread ends it, and tells.
  event.preventDefault();
  outbox.post({ kind: "broken", reason: reasonOf(event.error) });
});
scope.onmessage = ({ data: orders }) => orders.forEach(thread.follow);
outbox.post({ kind: "started" });
