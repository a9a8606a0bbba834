/**
 * The conversation of one client with the login chat: what it asks and where it stands in, what has
 * to be done out. Pure: the state table of protocols/login-chat.md, nothing else.
 */

import { MAX_CHAT_FRAME_BYTES } from "../core/limits.ts";
import type { UserId } from "../core/user_id.ts";
import type { LoginOutcome, Standing } from "../services/accounts.ts";
import {
  CHAT_REPLIES,
  chatReply,
  encodeChatMessage,
  type ServerAnswer,
} from "../wire/login_chat_answer.ts";
import { type ChatRequest, parseDirectMessage } from "../wire/login_chat_request.ts";
import type { LoginTrouble } from "./login_tries.ts";

/** Where a client stands. */
export type ChatState =
  | { readonly kind: "new" }
  | { readonly kind: "password"; readonly user: UserId }
  /** Logged in; `public` and `direct` wait for the message. */
  | { readonly kind: "idle" | "public" | "direct"; readonly user: UserId };

/** What a request asks for. */
export type ChatAct =
  | { readonly kind: "nothing" }
  | { readonly kind: "answer"; readonly answer: ServerAnswer }
  /** The last answer; the connection ends after it. */
  | { readonly kind: "close"; readonly answer: ServerAnswer }
  /** Goes on with {@linkcode afterLookUp}. */
  | { readonly kind: "look up"; readonly user: UserId }
  /** Goes on with {@linkcode afterLogin}. */
  | { readonly kind: "log in"; readonly user: UserId; readonly password: string }
  /** A frame for everybody else; the sender is told how many got it. */
  | { readonly kind: "say"; readonly user: UserId; readonly frame: Uint8Array<ArrayBuffer> }
  /** A frame for one other; the sender is told whether they got it. */
  | {
    readonly kind: "tell";
    readonly user: UserId;
    readonly to: UserId;
    readonly frame: Uint8Array<ArrayBuffer>;
  }
  /** The sender is told who else is online. */
  | { readonly kind: "list"; readonly user: UserId };

/** What comes of a request. */
export interface ChatStep {
  readonly state: ChatState;
  readonly act: ChatAct;
}

/** What can go wrong with a login beside what accounts say. */
export type LoginResult = LoginOutcome | LoginTrouble | "already online";

/** Where every client begins. */
export const NEW_CLIENT: ChatState = { kind: "new" };

/** What a client may not do where it stands; nothing changes. */
export function refuse(reason: string): ServerAnswer {
  return chatReply(`201 INVALID ${reason}`);
}

/** One row of the state table. */
export function step(state: ChatState, request: ChatRequest): ChatStep {
  return anywhere(state, request) ?? HERE[state.kind](state as never, request) ??
    stay(state, refuse(EXPECTED[state.kind]));
}

/** What helps somebody who sends something out of turn. */
const EXPECTED: Readonly<Record<ChatState["kind"], string>> = {
  new: "out of turn: expected C LOGIN and a name",
  password: "out of turn: expected C PASSWORD and the password",
  idle: "out of turn: expected C PM, C DM, C WHO or C EX",
  public: "out of turn: expected D and the message, or C CANCEL",
  direct: "out of turn: expected D, a name and the message, or C CANCEL",
};

/** Where what must not be empty is in turn. */
const TURNS: Readonly<Record<"data" | "password", readonly ChatState["kind"][]>> = {
  data: ["public", "direct"],
  password: ["password"],
};

/** Rows that hold in every state. */
function anywhere(state: ChatState, request: ChatRequest): ChatStep | undefined {
  switch (request.kind) {
    case "exit":
      return { state, act: { kind: "close", answer: chatReply(CHAT_REPLIES.bye) } };
    case "ping":
      return stay(state, { kind: "pong", text: request.text });
    case "pong":
      return { state, act: { kind: "nothing" } };
    case "invalid":
      // That it is out of turn matters more than what else is wrong with it.
      if (request.of !== undefined && !TURNS[request.of].includes(state.kind)) return undefined;
      return stay(state, refuse(request.reason));
    default:
      return undefined;
  }
}

type LoggedIn<Kind extends ChatState["kind"]> = ChatState & { readonly kind: Kind };

/** The other rows; nothing is out of turn. */
const HERE: {
  readonly [Kind in ChatState["kind"]]: (
    state: LoggedIn<Kind>,
    request: ChatRequest,
  ) => ChatStep | undefined;
} = {
  new: (state, request) =>
    request.kind === "login" ? { state, act: { kind: "look up", user: request.user } } : undefined,

  password: (state, request) => {
    if (request.kind !== "password") return undefined;
    return { state, act: { kind: "log in", user: state.user, password: request.password } };
  },

  idle: ({ user }, request) => {
    switch (request.kind) {
      case "public":
        return stay({ kind: "public", user }, { kind: "ready" });
      case "direct":
        return { state: { kind: "direct", user }, act: { kind: "list", user } };
      case "who":
        return { state: { kind: "idle", user }, act: { kind: "list", user } };
      default:
        return undefined;
    }
  },

  public: (state, request) => {
    if (request.kind === "cancel") return cancelled(state.user);
    if (request.kind !== "data") return undefined;
    const { user } = state;
    const frame = encodeChatMessage({ kind: "public", from: user, text: request.text });
    if (frame === undefined) return stay(state, TOO_LONG);
    return { state: { kind: "idle", user }, act: { kind: "say", user, frame } };
  },

  direct: (state, request) => {
    if (request.kind === "cancel") return cancelled(state.user);
    if (request.kind !== "data") return undefined;
    const { user } = state;
    const message = parseDirectMessage(request.text);
    if (message.kind === "invalid") return stay(state, refuse(message.reason));
    const { to, text } = message;
    const frame = encodeChatMessage({ kind: "direct", from: user, text });
    if (frame === undefined) return stay(state, TOO_LONG);
    return { state: { kind: "idle", user }, act: { kind: "tell", user, to, frame } };
  },
};

const TOO_LONG = refuse(
  `the message is too long: with its sender's name it has over ${MAX_CHAT_FRAME_BYTES} bytes`,
);

function stay(state: ChatState, answer: ServerAnswer): ChatStep {
  return { state, act: { kind: "answer", answer } };
}

function cancelled(user: UserId): ChatStep {
  return stay({ kind: "idle", user }, chatReply(CHAT_REPLIES.cancelled));
}

const ELSEWHERE = refuse(
  "this name has no password yet, and is in use at another address: log in from there first",
);

const IN_THE_CLEAR = refuse("passwords are taken over TLS only");

/** Goes on when it is known how a name stands. */
export function afterLookUp(
  user: UserId,
  standing: Standing | "not stored" | "in the clear",
): ChatStep {
  if (standing === "not stored") return afterLogin(user, standing);
  if (standing === "in the clear") return stay(NEW_CLIENT, IN_THE_CLEAR);
  if (standing === "elsewhere") return stay(NEW_CLIENT, ELSEWHERE);
  const answer: ServerAnswer = { kind: "password", isNew: standing === "new" };
  return stay({ kind: "password", user }, answer);
}

const TOO_SHORT = refuse("password too short");

const TAKEN = refuse("somebody else has just registered this name");

type GoesOn = "registered" | "welcome" | "too short" | "taken" | "elsewhere";

/** How logins end that do not go on. */
const REFUSALS: Readonly<Record<Exclude<LoginResult, GoesOn>, ServerAnswer>> = {
  "wrong": chatReply(CHAT_REPLIES.wrongPassword),
  "already online": chatReply(CHAT_REPLIES.alreadyOnline),
  "too many attempts": chatReply(CHAT_REPLIES.tooManyAttempts),
  "too many names": chatReply(CHAT_REPLIES.tooManyAttempts),
  "gone": refuse("the connection ended before the login had its turn"),
  "busy": chatReply(CHAT_REPLIES.full),
  "not stored": chatReply(CHAT_REPLIES.storage),
};

/** Goes on when a login is decided. */
export function afterLogin(user: UserId, result: LoginResult): ChatStep {
  switch (result) {
    case "registered":
    case "welcome":
      return stay({ kind: "idle", user }, chatReply(CHAT_REPLIES[result]));
    case "too short":
      return stay({ kind: "password", user }, TOO_SHORT);
    case "taken":
      return stay({ kind: "password", user }, TAKEN);
    case "elsewhere":
      return stay({ kind: "password", user }, ELSEWHERE);
    default:
      return {
        state: { kind: "password", user },
        act: { kind: "close", answer: REFUSALS[result] },
      };
  }
}
