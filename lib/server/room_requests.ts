/**
 * What becomes of a room request over TCP. Rules: protocols/rooms.md, TCRP, and
 * docs/protocols/rooms-extensions.md.
 */

import { ROOM_ANSWER_SECONDS } from "../core/limits.ts";
import { BusyError, reasonOf, StorageError } from "../core/errors.ts";
import type { Clock, Log, LogFields } from "../core/ports.ts";
import type { EnterRefusal } from "../services/room_entrance.ts";
import type { Rooms } from "../services/rooms.ts";
import type { AddressAllowance } from "./address_allowance.ts";
import type { LoginAttempts } from "./login_attempts.ts";
import {
  encodeRoomAnswer,
  NO_MEMBER,
  PASSWORD_NEEDED,
  type RoomAnswer,
} from "../wire/room_answer.ts";
import { type EnterRequest, parseRoomRequest, type RoomRequest } from "../wire/room_request.ts";
import { type MeterSettings, RequestMeter } from "./request_meter.ts";
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

/** Why a request is refused. */
type RoomRefusal =
  | EnterRefusal
  | "invalid"
  | "no member"
  | "too many attempts"
  | "too many created"
  | "busy"
  | "not stored"
  | "failed";

/** Counts requests by kind, and whether they were granted or why not. */
export type RoomMeter = RequestMeter<RoomRequest["kind"] | "invalid", "granted" | RoomRefusal>;

/** Makes the meter of a room service. */
export function roomMeter(settings: MeterSettings): RoomMeter {
  const trouble = ["busy", "not stored", "failed"] as const;
  return new RequestMeter("rooms", {
    create: ["granted", "room exists", "too many rooms", "too many created", ...trouble],
    join: [
      ...["granted", "no such room", "name taken", "room full", "password needed"] as const,
      ...["wrong password", "too many attempts", ...trouble] as const,
    ],
    list: ["granted", ...trouble],
    who: ["granted", "no member", ...trouble],
    invalid: ["invalid"],
  }, settings);
}

/** What clients are told; of an invalid request, what is wrong with it. */
const REFUSALS: Readonly<Record<Exclude<RoomRefusal, "invalid">, string>> = {
  "room exists": "a room of that name exists",
  "no such room": "there is no room of that name",
  "name taken": "somebody in the room has that name",
  "room full": "the room is full",
  "too many rooms": "the server has no place for more rooms",
  "password needed": PASSWORD_NEEDED,
  "wrong password": "the password is wrong",
  "no member": NO_MEMBER,
  "too many attempts": "too many wrong passwords, try again in a minute",
  "too many created": "too many rooms with a password from your address, try again in a minute",
  "busy": "the server is busy, try again later",
  "not stored": "the server cannot store it now",
  "failed": "the server failed",
};

/** Refusals of those who may be guessing: the log tells of them as of wrong logins. */
const GUESSED: readonly string[] = ["wrong password", "too many attempts"];

/** What a request leads to: an answer, or why there is none. */
type Outcome = RoomAnswer | Exclude<RoomRefusal, "invalid">;

/** Who asks. */
interface Asking {
  readonly from: string;
  /** What the log calls their connection. */
  readonly connection: number | undefined;
}

/** Answers room requests. */
export class RoomRequests {
  readonly #parts: RoomRequestParts;

  constructor(parts: RoomRequestParts) {
    this.#parts = parts;
  }

  /** Gives both frames that answer a frame. Never rejects. */
  async answer(frame: TcrpFrame, fromIp: string, connection?: number): Promise<Uint8Array> {
    const { meter } = this.#parts;
    const request = parseRoomRequest(frame);
    const { kind } = request;
    const mark = meter.begin(kind);
    const asking = { from: fromIp, connection };
    if (request.kind === "invalid") {
      const { error } = request;
      meter.count(kind, "invalid");
      if (mark !== undefined) {
        meter.tell(mark, { kind, reply: "invalid", ...asking, more: { reason: error } });
      }
      return encodeRoomAnswer(frame, { success: false, error });
    }
    const outcome = await this.#outcome(request, asking);
    const reply = typeof outcome === "string" ? outcome : "granted";
    meter.count(kind, reply);
    this.#tellOfEntering(request, reply, asking);
    const answer = typeof outcome === "string" ? refused(outcome) : outcome;
    if (mark !== undefined) {
      const more = { ...about(request), reason: answer.success ? undefined : answer.error };
      meter.tell(mark, { kind, reply, ...asking, more });
    }
    return encodeRoomAnswer(frame, answer);
  }

  /** What whoever runs the server wants to know at any time: new rooms, and guessed passwords. */
  #tellOfEntering(request: RoomRequest, reply: string, { from, connection }: Asking): void {
    const { log } = this.#parts;
    if (request.kind === "create" && reply === "granted") {
      const isProtected = request.password !== undefined;
      log.info("Room created", { connection, ...about(request), from, protected: isProtected });
    } else if (GUESSED.includes(reply)) {
      log.info("Joining a room refused", { connection, ...about(request), from, reason: reply });
    }
  }

  async #outcome(request: RoomRequest, asking: Asking): Promise<Outcome> {
    try {
      return await this.#act(request, asking.from);
    } catch (error) {
      if (error instanceof BusyError) return "busy";
      // The store has told of its failure in the log.
      if (error instanceof StorageError) return "not stored";
      this.#parts.log.error("A room request could not be handled", {
        connection: asking.connection,
        reason: reasonOf(error),
      });
      return "failed";
    }
  }

  async #act(request: RoomRequest, fromIp: string): Promise<Outcome> {
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
        if (room === undefined) return "no member";
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

  async #enter(request: EnterRequest, ip: string): Promise<Outcome> {
    const { rooms, attempts, creates, clock } = this.#parts;
    const { kind, room, member, password } = request;
    const asked = clock();
    const isWaiting = (): boolean => clock() - asked < ROOM_ANSWER_SECONDS.server * 1000;
    // Counted for each address: who guesses elsewhere locks nobody out.
    const name = `${room} ${ip}`;
    const mayTry = (): boolean => attempts.mayTry(name, ip, clock());
    if (password !== undefined && kind === "join" && !mayTry()) return "too many attempts";
    if (password !== undefined && kind === "create" && !creates.take(ip, asked)) {
      return "too many created";
    }
    const outcome = await rooms[kind]({ room, member, password, ip, isWaiting }, asked);
    if (outcome.kind === "entered") return { success: true, token: outcome.token };
    if (outcome.why === "wrong password") {
      // Of many guesses at once, no more are answered than of many in turn.
      if (!mayTry()) return "too many attempts";
      attempts.wasWrong(name, ip, clock());
    }
    return outcome.why;
  }
}

function refused(why: Exclude<RoomRefusal, "invalid">): RoomAnswer {
  return { success: false, error: REFUSALS[why] };
}

/** What a request is about. */
function about(request: RoomRequest): LogFields {
  return {
    room: "room" in request ? request.room : undefined,
    user: "member" in request ? request.member : undefined,
  };
}
