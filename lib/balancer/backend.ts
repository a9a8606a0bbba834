/** One server behind the balancer: what is configured, what people asked for, how it does. */

import { backendName, type BackendSettings } from "../config/backend_option.ts";
import { Health } from "./health.ts";

/**
 * What a person wants of a backend: `ready` is in use; `drain` gets nothing new, what it has goes
 * on; `maintain` is the same without health checks, for a machine that is switched off.
 */
export type AdminState = "ready" | "drain" | "maintain";

/** Counts since the balancer started. */
export interface BackendCounts {
  /** Connections made. */
  connected: number;
  /** Connects that failed. */
  failed: number;
  /** Requests sent to it on trunks. */
  trunked: number;
  /** Health checks that failed. */
  failedChecks: number;
  /** Times it was taken out because it was down, and brought back. */
  downs: number;
  ups: number;
  /** Bytes to the backend. */
  sent: number;
  /** Bytes from it. */
  received: number;
}

/** A backend of one service. It lives as long as some configuration names it. */
export class Backend {
  /** `HOST:PORT` */
  readonly name: string;
  /** Its place in the configuration, which is what people call it by. */
  index: number;
  settings: BackendSettings;
  /** What somebody set at run time; the configured weight counts otherwise. */
  ownWeight: number | undefined;
  adminState: AdminState = "ready";
  readonly health: Health = new Health();
  /** When it came back, in milliseconds of the service's clock; never having been away is long ago. */
  backSince = -Infinity;
  /** When a check or a connect failed last. */
  failedAt = -Infinity;
  /** Why it is down, as the last failure said. */
  downReason = "";
  /** Connections it has, those being made included. */
  connections = 0;
  /** Trunks that are open to it. */
  trunks = 0;
  readonly counts: BackendCounts = {
    ...{ connected: 0, failed: 0, failedChecks: 0, downs: 0, ups: 0 },
    ...{ trunked: 0, sent: 0, received: 0 },
  };

  constructor(index: number, settings: BackendSettings) {
    this.name = backendName(settings);
    this.index = index;
    this.settings = settings;
  }

  /** Its share against the others, when it is warm. */
  get weight(): number {
    return this.ownWeight ?? this.settings.weight;
  }

  /** Whether it has a place for one more. */
  get hasPlace(): boolean {
    return this.connections < this.settings.max;
  }
}
