import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { testStoreContract } from "./store_contract.ts";

testStoreContract("memory store", () => {
  const store = new MemoryStore();
  return Promise.resolve({ store, [Symbol.asyncDispose]: () => store.close() });
});
