/** The storage contract on a Durable Object's SQLite. */

import { env, runInDurableObject } from 'cloudflare:test';
import { DurableDatabase } from './durable-database.ts';
import { limitsContract } from './files/limits-contract.ts';
import { modelContract } from './files/model-contract.ts';
import { storeContract } from './files/store-contract.ts';
import { databaseContract, type WithDatabase } from './storage-contract.ts';

const withDatabase: WithDatabase = (test) =>
  runInDurableObject(env.STORAGE.get(env.STORAGE.newUniqueId()), (_, state) =>
    test(new DurableDatabase(state.storage)),
  );

databaseContract(withDatabase);
storeContract(withDatabase);
limitsContract(withDatabase);
modelContract(withDatabase, 60);
