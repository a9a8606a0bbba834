/**
 * One run of the client: feeds what happens to the state machine and performs what it answers.
 *
 * Events are taken one at a time, in the order they happen; an effect that makes another event
 * happen at once only queues it. The next line is read when the one before it is done.
 */

import { reasonOf, UnreachableError } from "../core/errors.ts";
import type { Clock, Log, Trace } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { lookUp, nameCaller } from "./buddy_list.ts";
import { step } from "./menu.ts";
import {
  type Effect,
  INITIAL_STATE,
  type MenuEvent,
  type MenuState,
  wantsLine,
} from "./menu_state.ts";
import { type CallHandlers, PeerCalls } from "./peer_calls.ts";
import { PresenceLink, type PresenceSettings } from "./presence_link.ts";
import { RoomVisit, type RoomVisitSettings } from "./room_visit.ts";
import { notSentLine, ownTroubleLine, serverTroubleLine } from "./screens.ts";
import { type ServerAddress, ServerLink } from "./server_link.ts";
import type { Terminal } from "./terminal.ts";

/** How long S and M wait for a fresh list. */
const FRESH_LIST_MS = 1000;

/** What a session works with. */
export interface SessionSettings {
  readonly server: ServerAddress;
  readonly presence: PresenceSettings;
  /** Who logs in at start, if anybody. */
  readonly user: UserId | undefined;
  /** Where the rooms may be: what G asks for. */
  readonly rooms: RoomVisitSettings;
}

/** Where a session lives. The session closes the listener and the terminal. */
export interface SessionWorld {
  readonly terminal: Terminal;
  /** Where others call us. */
  readonly listener: Deno.TcpListener;
  readonly clock: Clock;
  readonly log: Log;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace?: Trace | undefined;
}

/** A client from its first prompt to its last line. */
export class Session {
  readonly #settings: SessionSettings;
  readonly #terminal: Terminal;
  readonly #link: ServerLink;
  readonly #presence: PresenceLink;
  readonly #calls: PeerCalls;
  readonly #log: Log;
  readonly #trace: Trace | undefined;
  readonly #events: MenuEvent[] = [];
  readonly #over = Promise.withResolvers<void>();
  #state: MenuState = INITIAL_STATE;
  /** The visit to the rooms that is under way. */
  #rooms: { readonly visit: RoomVisit; readonly over: Promise<void> } | undefined;
  #isStopping = false;
  #isStepping = false;
  /** What reading the next line waits for; absent while one is wanted. */
  #lineWanted: PromiseWithResolvers<void> | undefined = Promise.withResolvers();

  constructor(settings: SessionSettings, world: SessionWorld) {
    this.#settings = settings;
    this.#terminal = world.terminal;
    this.#log = world.log;
    this.#trace = world.trace;
    this.#link = new ServerLink(settings.server, world.log, world);
    this.#presence = new PresenceLink(settings.presence, this.#link, world);
    this.#calls = new PeerCalls(world.listener, this.#callHandlers(), world.log, {
      trace: world.trace,
    });
  }

  /** Runs until the user leaves, the input ends, or {@linkcode Session.stop}. */
  run(): Promise<void> {
    const { user } = this.#settings;
    this.#happened({ kind: "started", user });
    // A login asks, too, and tells of the same trouble.
    if (user === undefined) this.#askCapabilities();
    this.#readLines();
    return this.#over.promise;
  }

  /** Leaves in order, whatever is under way: the rooms first, they are left before the client is. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const stop = (): void => this.#happened({ kind: "stop" });
    if (this.#rooms === undefined) return stop();
    this.#rooms.visit.stop();
    this.#rooms.over.then(stop);
  }

  async #askCapabilities(): Promise<void> {
    try {
      await this.#link.capabilities();
    } catch (error) {
      this.#happened({ kind: "notice", line: serverTroubleLine(reasonOf(error)) });
    }
  }

  async #readLines(): Promise<void> {
    const { interactive } = this.#terminal;
    for (;;) {
      await this.#lineWanted?.promise;
      // A script may be faster than the other side of a chat; a person must always get through.
      if (!interactive) await this.#calls.settled();
      const text = await this.#terminal.nextLine();
      if (text === undefined) return this.#happened({ kind: "end" });
      this.#happened({ kind: "line", text });
    }
  }

  #happened(event: MenuEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next; (next = this.#events.shift()) !== undefined;) {
      const { state, effects } = step(this.#state, next);
      this.#state = state;
      for (const effect of effects) this.#perform(effect);
    }
    this.#isStepping = false;
    if (!wantsLine(this.#state, this.#terminal.interactive)) {
      this.#lineWanted ??= Promise.withResolvers();
    } else {
      this.#lineWanted?.resolve();
      this.#lineWanted = undefined;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "show":
        return this.#terminal.show(effect.lines);
      case "prompt":
        return this.#terminal.prompt(effect.prompt);
      case "goOnline":
        this.#goOnline(effect.user);
        return;
      case "call":
        this.#calls.call(effect.address);
        return;
      case "cancelCall":
        return this.#calls.cancel();
      case "acceptCall":
        this.#calls.accept();
        return;
      case "rejectCall":
        return this.#calls.reject();
      case "send":
        return this.#calls.send(effect.text);
      case "endChat":
        return this.#calls.endChat();
      case "visitRooms": {
        const visit = new RoomVisit(this.#settings.rooms, {
          ...{ terminal: this.#terminal, log: this.#log, trace: this.#trace },
        });
        this.#rooms = { visit, over: this.#visitRooms(visit) };
        return;
      }
      case "leave":
        this.#leave();
        return;
      default:
        this.#work(effect);
    }
  }

  async #goOnline(user: UserId): Promise<void> {
    try {
      await this.#presence.goOnline(user);
    } catch (error) {
      this.#happened({ kind: "notice", line: ownTroubleLine(reasonOf(error)) });
    }
  }

  async #visitRooms(visit: RoomVisit): Promise<void> {
    try {
      await visit.run();
    } catch (error) {
      this.#happened({ kind: "notice", line: ownTroubleLine(reasonOf(error)) });
    }
    this.#rooms = undefined;
    // The menu is not shown for the moment until the end.
    if (!this.#isStopping) this.#happened({ kind: "roomsLeft" });
  }

  /** Performs an effect that ends in an event. */
  async #work(effect: WorkEffect): Promise<void> {
    try {
      this.#happened(await this.#resultOf(effect));
    } catch (error) {
      const reason = reasonOf(error);
      const isTheirs = error instanceof UnreachableError;
      if (!isTheirs) this.#log.error("Unexpected error", { doing: effect.kind, reason });
      const line = isTheirs ? serverTroubleLine(reason) : ownTroubleLine(reason);
      this.#happened({ kind: "failed", line });
    }
  }

  async #resultOf(effect: WorkEffect): Promise<MenuEvent> {
    switch (effect.kind) {
      case "register": {
        const { user } = effect;
        return { kind: "registered", user, reply: await this.#link.request(effect) };
      }
      case "check": {
        const { get } = await this.#link.capabilities();
        const { user } = effect;
        return {
          kind: "checked",
          user,
          reply: get ? (await this.#link.list(user)).reply : undefined,
        };
      }
      case "add":
      case "remove": {
        const reply = await this.#link.request(effect);
        this.#presence.refresh();
        return { kind: effect.kind === "add" ? "added" : "removed", buddy: effect.buddy, reply };
      }
      case "status": {
        const fresh = await this.#presence.ask(FRESH_LIST_MS);
        return { kind: "status", list: this.#presence.list, fresh };
      }
      case "lookUp": {
        const { name } = effect;
        const known = lookUp(this.#presence.list, name);
        if (known.kind === "reachable") return { kind: "lookedUp", name, lookup: known };
        await this.#presence.ask(FRESH_LIST_MS);
        return { kind: "lookedUp", name, lookup: lookUp(this.#presence.list, name) };
      }
    }
  }

  #callHandlers(): CallHandlers {
    const happened = (event: MenuEvent): void => this.#happened(event);
    const name = (ip: string): string => nameCaller(this.#presence.list, ip);
    return {
      ring: (ip) => happened({ kind: "ring", caller: name(ip) }),
      ringEnded: (end) => happened({ kind: "ringEnded", end }),
      turnedAway: (ip) => happened({ kind: "turnedAway", caller: name(ip) }),
      ringing: () => happened({ kind: "ringing" }),
      callFailed: (failure) => happened({ kind: "callFailed", failure }),
      chatBegun: () => happened({ kind: "chatBegun" }),
      said: (text) => happened({ kind: "said", text }),
      chatEnded: (end) => {
        happened({ kind: "chatEnded", end });
        // Meant for the buddy, it must not become a command of the menu.
        const unsent = this.#terminal.dropTyped();
        if (unsent.length > 0) happened({ kind: "notice", line: notSentLine(unsent) });
      },
    };
  }

  async #leave(): Promise<void> {
    this.#link.close();
    this.#rooms?.visit.stop();
    const visit = this.#rooms?.over;
    await Promise.allSettled([visit, this.#calls.stop(), this.#presence.goOffline()]);
    this.#terminal.close();
    this.#over.resolve();
  }
}

type WorkEffect = Extract<
  Effect,
  { kind: "register" | "check" | "add" | "remove" | "status" | "lookUp" }
>;
