/**
 * Getting into a room: asks the server, and for a password where one is needed. An older server is
 * never sent a password, and never makes a room without one where one was asked for.
 */

import { OperationalError } from "../core/errors.ts";
import { MAX_ROOM_TOKEN_BYTES } from "../core/limits.ts";
import { HungUpError } from "../net/exchange.ts";
import { PASSWORD_NEEDED } from "../wire/room_answer.ts";
import type { EnterRequest } from "../wire/room_request.ts";
import type { RoomLink } from "./room_link.ts";
import { refusedText } from "./room_screens.ts";

/** Somebody who is in. */
export interface Entered {
  readonly request: EnterRequest;
  readonly token: string;
}

/**
 * Creates or joins.
 *
 * @param askPassword asks the person; `undefined` when they give up
 * @returns `undefined` when they gave up
 * @throws OperationalError when the server refuses
 * @throws UnreachableError when it does not answer
 */
export async function enterRoom(
  link: RoomLink,
  request: EnterRequest,
  askPassword: () => Promise<string | undefined>,
): Promise<Entered | undefined> {
  const { kind, room } = request;
  const answer = await askPolitely(link, request);
  const error = answer.success ? tokenTrouble(answer.token) : answer.error;
  if (answer.success && error === undefined) return { request, token: answer.token };
  if (error !== PASSWORD_NEEDED || request.password !== undefined) {
    throw new OperationalError(refusedText(kind, room, error));
  }
  const password = await askPassword();
  if (password === undefined) return undefined;
  return await enterRoom(link, { ...request, password }, askPassword);
}

/** What is wrong with a token, if anything. */
function tokenTrouble(token: string): string | undefined {
  if (token === "") return "the server gave no token";
  const bytes = new TextEncoder().encode(token).length;
  if (bytes <= MAX_ROOM_TOKEN_BYTES) return undefined;
  return `the server gave a token of ${bytes} bytes, and a datagram holds ${MAX_ROOM_TOKEN_BYTES}`;
}

async function askPolitely(
  link: RoomLink,
  request: EnterRequest,
): Promise<Awaited<ReturnType<RoomLink["ask"]>>> {
  try {
    return await link.ask(request);
  } catch (error) {
    if (!(error instanceof HungUpError) || request.password === undefined) throw error;
    const reason = "this server knows no passwords for rooms";
    throw new OperationalError(refusedText(request.kind, request.room, reason), { cause: error });
  }
}
