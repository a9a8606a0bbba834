/** Who came to the door of a service, and was let in or turned away. */

import type { Refusal } from "../net/admission.ts";
import { byLabel, counter, type Family } from "../observe/metrics.ts";

/** Why a connection was turned away at a door: too many of them, or nobody can say whose it is. */
export type DoorRefusal = Refusal | "broken PROXY header";

/** Counts the connections of one service, on all its ports. */
export class DoorMeter {
  readonly #service: string;
  /** Connections let in. */
  admitted = 0;
  /** Connections turned away, by reason. */
  readonly refused: Record<DoorRefusal, number> = {
    "too many connections": 0,
    "too many from this address": 0,
    "too fast": 0,
    "broken PROXY header": 0,
  };

  /** Starts with none. */
  constructor(service: string) {
    this.#service = service;
  }

  /** Its figures. */
  families(): Family[] {
    const service = this.#service;
    return [
      counter("parley_connections_total", "Connections that were let in", [
        [{ service }, this.admitted],
      ]),
      counter(
        "parley_connections_refused_total",
        "Connections that were turned away",
        byLabel("reason", this.refused, { service }),
      ),
    ];
  }
}
