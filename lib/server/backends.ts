/**
 * What a server keeps its things in, as its options say: opened, and where asked for, waited for.
 */

import {
  type PresenceChoice,
  shownRedis,
  shownStore,
  type StoreChoice,
} from "../core/backend_address.ts";
import { MissingBackendError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { openStore, type StoreSettings } from "../storage/open_store.ts";
import type { SharedState } from "../storage/shared_state.ts";
import type { StoreMeter } from "../storage/store_meter.ts";
import type { Store } from "../storage/store.ts";

/** How often a backend that is missing at the start is tried again. */
const RETRY_MS = 500;

/** What the options say about backends. */
export interface BackendOptions {
  readonly store: StoreChoice;
  readonly presence: PresenceChoice;
  /** Directory of the text files. */
  readonly data: string;
  readonly compactFrom: number;
  /** Whether to wait for what is missing at the start. */
  readonly waitForBackends: boolean;
}

/**
 * Opens the store.
 *
 * @throws MissingBackendError when it is not there and is not waited for
 * @throws OperationalError when it cannot be used, saying what to do
 */
export async function openChosenStore(
  options: BackendOptions,
  log: Log,
  meter: StoreMeter,
): Promise<Store> {
  const settings = settingsOf(options, log, meter);
  return await waiting(options.waitForBackends, log, () => openStore(settings));
}

/**
 * Opens what the server shares with others; `undefined` where it shares nothing.
 *
 * @throws MissingBackendError when it is not there and is not waited for
 */
export async function openChosenSharing(
  { presence, waitForBackends }: BackendOptions,
  log: Log,
): Promise<SharedState | undefined> {
  if (presence.kind === "memory") return undefined;
  const { address } = presence;
  // Whoever shares nothing loads no driver.
  const { openRedisState } = await import("../storage/redis_state.ts");
  return await waiting(waitForBackends, log, () => openRedisState(address, log));
}

/** Where users and presence are kept, for people to see. */
export function shownPlaces(
  { store, data, presence }: BackendOptions,
): Readonly<Record<string, string>> {
  return {
    store: shownStore(store),
    ...(store.kind === "text" ? { directory: data } : {}),
    presence: presence.kind === "redis" ? shownRedis(presence.address) : presence.kind,
  };
}

function settingsOf(
  { store, data, compactFrom }: BackendOptions,
  log: Log,
  meter: StoreMeter,
): StoreSettings {
  if (store.kind === "postgres") return { ...store, log, meter };
  return { kind: store.kind, directory: data, compactFrom, clock: Date.now, log, meter };
}

/** Opens something; where it is missing, again and again if that is wished. */
export async function waiting<T>(isPatient: boolean, log: Log, open: () => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await open();
    } catch (error) {
      if (!isPatient || !(error instanceof MissingBackendError)) throw error;
      if (tries === 0) log.warn("Waiting for what is missing", { reason: error.what });
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
