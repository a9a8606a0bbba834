/**
 * Writing a draft in another thread, so that requests do not wait: 100,000 records are half a second
 * of work.
 */

import { OperationalError } from "../core/errors.ts";
import type { DraftTask } from "./draft_file.ts";

/** What a thread answers with. */
export type DraftOutcome =
  | { readonly isWritten: true }
  | { readonly isWritten: false; readonly reason: string };

/**
 * Writes a draft as `writeDraft` does, on the machine's own disk.
 *
 * @throws OperationalError with the reason of whatever went wrong there
 */
export function writeDraftInThread(task: DraftTask): Promise<void> {
  const thread = new Worker(new URL("./draft_worker.ts", import.meta.url), { type: "module" });
  return new Promise<void>((resolve, reject) => {
    thread.onmessage = ({ data: outcome }: MessageEvent<DraftOutcome>) => {
      if (outcome.isWritten) resolve();
      else reject(new OperationalError(outcome.reason));
    };
    thread.onerror = (event) => {
      event.preventDefault();
      reject(new OperationalError(`Cannot write "${task.draft}": ${event.message}`));
    };
    thread.postMessage(task);
  }).finally(() => thread.terminate());
}
