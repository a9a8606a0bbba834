/**
 * One call from a script: lines of the input go to the buddy, what the buddy says is printed, and
 * the end of the input ends it. Rules: protocols/buddy.md, "Peer chat".
 *
 * Nobody is online by this: the buddy sees the caller's name when the caller is online at the same
 * machine with another client, and the address otherwise. Nothing of the input is a command but `q`
 * alone, which is never sent.
 */

import { hostPort } from "../core/endpoint.ts";
import { OperationalError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { BuddyPresence, PeerAddress } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { within } from "../core/within.ts";
import { lookUp } from "./buddy_list.ts";
import { callFailedLines, type CallFailure, type ChatEnd, chatEndedLine } from "./call_screens.ts";
import { PeerCalls } from "./peer_calls.ts";
import type { ScriptStreams } from "./script_streams.ts";

/** How long the buddy may take to read what was sent last. */
const LAST_WORDS_MS = 10_000;

/** How long an input may take to turn out to be at its end, when the call is over already. */
const END_OF_INPUT_MS = 500;

/** A call that a script makes. */
export interface OneCall {
  /** Who is called, and where. */
  readonly buddy: string;
  readonly address: PeerAddress;
  /** Seconds to listen on after the end of the input. */
  readonly waitSeconds: number;
}

/** Where a call happens. */
export interface CallWorld {
  readonly streams: ScriptStreams;
  readonly log: Log;
  /** Resolves when the person at it has enough. */
  readonly stopped: Promise<void>;
}

/**
 * Where a buddy can be called.
 *
 * @throws OperationalError when that is nowhere
 */
export function reachableBuddy(
  user: UserId,
  entries: readonly BuddyPresence<string>[],
  buddy: UserId,
): { readonly buddy: string; readonly address: PeerAddress } {
  const found = lookUp({ entries, at: 0 }, buddy);
  if (found.kind === "reachable") return found;
  throw new OperationalError(
    found.kind === "absent"
      ? `${buddy} is no buddy of ${user} (client add ${user} ${buddy})`
      : found.kind === "offline"
      ? `${buddy} is offline`
      : `The server knows no address to call ${buddy} at`,
  );
}

/** What can end a call but the end of the input. */
type CallEnd =
  /** The person has enough, or nobody reads what we print. */
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly failure: CallFailure }
  | { readonly kind: "ended"; readonly how: Exclude<ChatEnd, "ours"> };

/**
 * Calls, and returns when the call is over.
 *
 * @throws OperationalError when there was no answer, or the end came before that of the input
 */
export async function makeCall(call: OneCall, world: CallWorld): Promise<void> {
  const { buddy, address } = call;
  const { streams } = world;
  const who = visibleText(buddy);
  const begun = Promise.withResolvers<"begun">();
  const ended = Promise.withResolvers<CallEnd>();
  const calls = new PeerCalls(
    undefined,
    {
      ...{ ring() {}, ringEnded() {}, turnedAway() {}, ringing() {} },
      callFailed: (failure) => ended.resolve({ kind: "failed", failure }),
      chatBegun: () => begun.resolve("begun"),
      said: (text) => {
        if (!streams.printForeign(text)) ended.resolve({ kind: "stopped" });
      },
      chatEnded: (how) => ended.resolve({ kind: "ended", how }),
    },
    world.log,
    { stopMs: LAST_WORDS_MS },
  );
  world.stopped.then(() => ended.resolve({ kind: "stopped" }));
  streams.tell(`Calling ${who} at ${visibleText(hostPort(address.ip, address.port))}.`);
  calls.call(address);
  try {
    const answer = await Promise.race([begun.promise, ended.promise]);
    if (answer !== "begun") {
      return judge(who, answer, `The call to ${who} was given up before an answer came`);
    }
    streams.tell(`${who} has answered.`);
    let isOver = false;
    ended.promise.then(() => isOver = true);
    const sending = sendInput(calls, streams, () => isOver);
    const end = await Promise.race([sending, ended.promise]);
    // A buddy may answer the last line and hang up before we have seen that it was the last.
    if (end !== "sent" && await within(END_OF_INPUT_MS, sending, () => "cut") !== "sent") {
      return judge(who, end === "cut" ? await ended.promise : end);
    }
    await within(call.waitSeconds * 1000, ended.promise, () => undefined);
  } finally {
    await calls.stop();
  }
}

/** Sends all of the input; `cut` when there is more of it than the call was long. */
async function sendInput(
  calls: PeerCalls,
  streams: ScriptStreams,
  isOver: () => boolean,
): Promise<"sent" | "cut"> {
  for await (const line of streams.lines()) {
    if (line === "q") break;
    if (isOver()) return "cut";
    calls.send(line);
    // A script is faster than the other side reads.
    await calls.settled();
    if (isOver()) return "cut";
  }
  return "sent";
}

/** @param whyStopped what is wrong with a call that was stopped now, if anything */
function judge(who: string, end: CallEnd, whyStopped?: string): void {
  if (end.kind === "stopped") {
    if (whyStopped === undefined) return;
    throw new OperationalError(whyStopped);
  }
  const line = end.kind === "failed"
    ? callFailedLines(who, end.failure, 0)[0]!
    : chatEndedLine(who, end.how);
  const more = end.kind === "failed" ? "" : "; the input was not at its end";
  throw new OperationalError(line.text.replace(/\.$/, "") + more);
}
