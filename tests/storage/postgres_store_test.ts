import { NO_POSTGRES, PrivatePostgres } from "../support/postgres.ts";
import { testStoreContract } from "./store_contract.ts";

// One server for the whole file: the rules of the contract each want a store that is empty.
const server = NO_POSTGRES === undefined ? await PrivatePostgres.start() : undefined;
if (server !== undefined) Deno.test.afterAll(() => server[Symbol.asyncDispose]());

testStoreContract("postgres store", async () => {
  await server!.clear();
  const store = await server!.open();
  return { store, [Symbol.asyncDispose]: () => store.close() };
}, NO_POSTGRES);
