/**
 * What becomes of a room request over TCP. Rules: protocols/rooms.md, TCRP, and
 * docs/protocols/rooms-extensions.md.
 */

import { ROOM_ANSWER_SECONDS } from "../core/limits.ts";
import { BusyError, reasonOf, StorageError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { EnterRefusal, Rooms } from "../services/rooms.ts";
import type { AddressAllowance } from "./address_allowance.ts";
import type { LoginAttempts } from "./login_attempts.ts";
import {
  encodeRoomAnswer,
  NO_MEMBER,
  PASSWORD_NEEDED,
  type RoomAnswer,
} from "../wire/room_answer.ts";
import { type EnterRequest, parseRoomRequest, type RoomRequest } from "../wire/room_request.ts";
import { RequestMeter } from "./request_meter.ts";
import type { TcrpFrame } from "../wire/tcrp.ts";

/** What answering needs. */
export interface RoomRequestParts {
  readonly rooms: Rooms;
  /** Counts wrong passwords of rooms. */
  readonly attempts: LoginAttempts;
  /** Counts rooms created with a password. */
  readonly creates: AddressAllowance;
  readonly meter: RoomMeter;
  readonly clock: Clock;
  readonly log: Log;
}

/** Counts requests by kind, and whether they were granted. */
export type RoomMeter = RequestMeter<RoomRequest["kind"] | "invalid", "granted" | "refused">;

/** Makes the meter of a room service. */
export function roomMeter(isTimed: boolean): RoomMeter {
  const kinds = ["create", "join", "list", "who", "invalid"] as const;
  return new RequestMeter("rooms", { kinds, replies: ["granted", "refused"] }, isTimed);
}

const REFUSALS: Readonly<Record<EnterRefusal, string>> = {
  "room exists": "a room of that name exists",
  "no such room": "there is no room of that name",
  "name taken": "somebody in the room has that name",
  "room full": "the room is full",
  "too many rooms": "the server has no place for more rooms",
  "password needed": PASSWORD_NEEDED,
  "wrong password": "the password is wrong",
};

const TOO_MANY_ATTEMPTS = "too many wrong passwords, try again in a minute";

const TOO_MANY_CREATED = "too many rooms with a password from your address, try again in a minute";

/** Answers room requests. */
export class RoomRequests {
  readonly #parts: RoomRequestParts;

  constructor(parts: RoomRequestParts) {
    this.#parts = parts;
  }

  /** Gives both frames that answer a frame. Never rejects. */
  async answer(frame: TcrpFrame, fromIp: string, connection?: number): Promise<Uint8Array> {
    const request = parseRoomRequest(frame);
    const span = this.#parts.meter.begin(request.kind);
    const answer = request.kind === "invalid"
      ? refused(request.error)
      : await this.#answerRequest(request, fromIp, connection);
    this.#parts.meter.count(request.kind, answer.success ? "granted" : "refused", span);
    return encodeRoomAnswer(frame, answer);
  }

  async #answerRequest(
    request: RoomRequest,
    fromIp: string,
    connection: number | undefined,
  ): Promise<RoomAnswer> {
    try {
      return await this.#act(request, fromIp);
    } catch (error) {
      if (error instanceof BusyError) return refused("the server is busy, try again later");
      // The store has told of its failure in the log.
      if (error instanceof StorageError) return refused("the server cannot store it now");
      this.#parts.log.error("A room request could not be handled", {
        connection,
        reason: reasonOf(error),
      });
      return refused("the server failed");
    }
  }

  async #act(request: RoomRequest, fromIp: string): Promise<RoomAnswer> {
    const { rooms } = this.#parts;
    switch (request.kind) {
      case "create":
      case "join":
        return await this.#enter(request, fromIp);
      case "list":
        await this.#catchUp();
        return {
          ...{ success: true, token: "" },
          rooms: (await rooms.rooms()).map(({ room, members, hash }) => ({
            room,
            members: members.length,
            password: hash !== undefined,
          })),
        };
      case "who": {
        const room = await rooms.roomOf(request.room, request.token);
        if (room === undefined) return refused(NO_MEMBER);
        const members = room.members.map(({ member }) => member);
        return { success: true, token: "", members, host: room.host };
      }
    }
  }

  /** Other servers may have changed something; without the store, what is known does. */
  async #catchUp(): Promise<void> {
    const { rooms, clock } = this.#parts;
    await rooms.catchUp(clock()).catch(() => {});
  }

  async #enter(request: EnterRequest, ip: string): Promise<RoomAnswer> {
    const { rooms, attempts, creates, clock } = this.#parts;
    const { kind, room, member, password } = request;
    const asked = clock();
    const isWaiting = (): boolean => clock() - asked < ROOM_ANSWER_SECONDS.server * 1000;
    // Counted for each address: who guesses elsewhere locks nobody out.
    const name = `${room} ${ip}`;
    const mayTry = (): boolean => attempts.mayTry(name, ip, clock());
    if (password !== undefined && kind === "join" && !mayTry()) return refused(TOO_MANY_ATTEMPTS);
    if (password !== undefined && kind === "create" && !creates.take(ip, asked)) {
      return refused(TOO_MANY_CREATED);
    }
    const outcome = await rooms[kind]({ room, member, password, ip, isWaiting }, asked);
    if (outcome.kind === "entered") return { success: true, token: outcome.token };
    if (outcome.why === "wrong password") {
      // Of many guesses at once, no more are answered than of many in turn.
      if (!mayTry()) return refused(TOO_MANY_ATTEMPTS);
      attempts.wasWrong(name, ip, clock());
    }
    return refused(REFUSALS[outcome.why]);
  }
}

function refused(error: string): RoomAnswer {
  return { success: false, error };
}
