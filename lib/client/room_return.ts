/**
 * Getting back into a room whose server does not know us any more: it was started anew, or has not
 * heard us for too long.
 */

import { OperationalError, UnreachableError } from "../core/errors.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import { notDeliveredLine } from "./call_screens.ts";
import { retry, type Retrying } from "./retrying.ts";
import { type Entered, enterRoom } from "./room_entry.ts";
import type { RoomLink } from "./room_link.ts";
import { awayPrompt, enteringAgainLine } from "./room_screens.ts";
import type { Terminal } from "./terminal.ts";
import type { TypedLines } from "./typed_lines.ts";

/** Tries that a server may refuse: its host may be the one who opens the room again. */
const REFUSED_TRIES = 5;

/** What it takes. */
export interface RoomReturn {
  readonly terminal: Terminal;
  readonly lines: TypedLines;
  /** Resolves when the program is to end. */
  readonly stopped: Promise<void>;
  /** How it is waited; a test has no time. */
  readonly pause?: Retrying["pause"];
}

/**
 * Joins again, under the same name and with the same password; a host opens the room again when
 * nobody has. Until then `q` leaves, and what is typed is told not to be delivered.
 *
 * @param reason why we are out
 * @returns `undefined` when the person has enough
 * @throws OperationalError when the server keeps on refusing
 */
export async function enterAgain(
  link: RoomLink,
  before: EnterRequest,
  reason: string,
  { terminal, lines, stopped, pause }: RoomReturn,
): Promise<Entered | undefined> {
  const over = Promise.withResolvers<"in" | "stopped">();
  stopped.then(() => over.resolve("stopped"));
  terminal.prompt(awayPrompt());
  const leaving = untilLeft(lines, terminal, over.promise);
  let refusals = 0;
  const attempt = async (): Promise<Entered | undefined> => {
    try {
      return await enter(link, before);
    } catch (error) {
      if (!(error instanceof OperationalError) || ++refusals >= REFUSED_TRIES) throw error;
      throw new UnreachableError(error.message, { cause: error });
    }
  };
  try {
    return await retry(reason, attempt, {
      givenUp: leaving,
      waits: (why, milliseconds) => terminal.show([enteringAgainLine(why, milliseconds)]),
      ...(pause && { pause }),
    });
  } finally {
    over.resolve("in");
    await leaving;
  }
}

async function enter(link: RoomLink, before: EnterRequest): Promise<Entered | undefined> {
  const nobody = (): Promise<undefined> => Promise.resolve(undefined);
  try {
    return await enterRoom(link, { ...before, kind: "join" }, nobody);
  } catch (error) {
    if (before.kind !== "create" || !(error instanceof OperationalError)) throw error;
    return await enterRoom(link, before, nobody);
  }
}

/** Resolves when somebody types `q`, the input ends, or it is over. */
async function untilLeft(
  lines: TypedLines,
  terminal: Terminal,
  over: Promise<unknown>,
): Promise<void> {
  for (;;) {
    const next = await lines.next(over);
    if (next.kind !== "line" || /^\/?q$/i.test(next.text.trim())) return;
    if (next.text.trim() !== "") terminal.show([notDeliveredLine([next.text])]);
    terminal.prompt(awayPrompt());
  }
}
