import { openStore } from "../../lib/storage/open_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { NO_POSTGRES, PrivatePostgres } from "../support/postgres.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { testStoreContract } from "./store_contract.ts";

// One server for the whole file: the rules of the contract each want a store that is empty.
const server = NO_POSTGRES === undefined ? await PrivatePostgres.start() : undefined;
if (server !== undefined) Deno.test.afterAll(() => server[Symbol.asyncDispose]());

function open(): Promise<Store> {
  const { address } = server!;
  return openStore({ kind: "postgres", address, log: new RecordedLog() });
}

testStoreContract("postgres store", async () => {
  await server!.clear();
  const store = await open();
  return { store, [Symbol.asyncDispose]: () => store.close() };
}, NO_POSTGRES);
