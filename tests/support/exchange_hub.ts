/**
 * Messages between servers without Redis: they are delivered at once, to all that listen.
 */

import type {
  Exchange,
  MemberSeat,
  SharedPresence,
  SharedSeats,
  SharedState,
} from "../../lib/storage/shared_state.ts";

interface Listening {
  readonly server: string;
  readonly channel: string;
  readonly listener: (message: Uint8Array) => void;
}

/** What servers tell each other; one that is cut off neither says nor hears anything. */
export class ExchangeHub {
  readonly #listening: Listening[] = [];
  readonly #seats = new Map<string, MemberSeat>();
  readonly #cutOff = new Set<string>();
  readonly #returns = new Map<string, (() => void)[]>();

  /** What a server has of it. */
  state(server: string): SharedState {
    const exchange: Exchange = {
      publish: (channel, message) => {
        if (this.#cutOff.has(server)) return Promise.reject(new Error("cut off"));
        const heard = this.#listening.filter((one) =>
          one.channel === channel && !this.#cutOff.has(one.server)
        );
        for (const { listener } of heard) listener(message);
        return Promise.resolve(heard.length);
      },
      listen: (channel, listener) => void this.#listening.push({ server, channel, listener }),
      isListening: (channel) => this.#find(server, channel) >= 0,
      leave: (channel) => void this.#listening.splice(this.#find(server, channel), 1),
    };
    const onReturn = (tell: () => void): void => {
      this.#returns.set(server, [...this.#returns.get(server) ?? [], tell]);
    };
    const seats: SharedSeats = {
      put: (token, seat) => Promise.resolve(void this.#seats.set(token, seat)),
      take: (tokens) =>
        Promise.resolve(tokens.map((token) => {
          const seat = this.#seats.get(token);
          this.#seats.delete(token);
          return seat;
        })),
    };
    // Nobody publishes anything but messages and seats here.
    const presence = { onPublished: () => {} } as Partial<SharedPresence> as SharedPresence;
    return { server, exchange, seats, presence, onReturn, close: () => {} } as Partial<
      SharedState
    > as SharedState;
  }

  /** A server hears nothing for now, and nobody hears it. */
  cutOff(server: string): void {
    this.#cutOff.add(server);
  }

  /** It does again. */
  comeBack(server: string): void {
    this.#cutOff.delete(server);
    for (const tell of this.#returns.get(server) ?? []) tell();
  }

  #find(server: string, channel: string): number {
    return this.#listening.findIndex((one) => one.server === server && one.channel === channel);
  }
}
