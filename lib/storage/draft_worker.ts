/**
 * The thread in which a draft is written: a script of its own, started by `draft_thread.ts`. It takes
 * one task, and answers with what came of it.
 */

import { reasonOf } from "../core/errors.ts";
import { SYSTEM_DISK } from "./disk.ts";
import { type DraftTask, writeDraft } from "./draft_file.ts";
import type { DraftOutcome } from "./draft_thread.ts";

/** What a thread has in place of a window; the type checker knows only one kind of globals. */
interface ThreadScope {
  onmessage: (event: MessageEvent<DraftTask>) => void;
  postMessage(outcome: DraftOutcome): void;
}

const scope = globalThis as unknown as ThreadScope;

scope.onmessage = async ({ data: task }) => {
  try {
    await writeDraft(SYSTEM_DISK, task);
    scope.postMessage({ isWritten: true });
  } catch (error) {
    scope.postMessage({ isWritten: false, reason: reasonOf(error) });
  }
};
