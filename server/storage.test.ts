/** The storage contract on SQLite in memory. */

import { makeMemoryDatabase } from '../test/support/memory-database.ts';
import { limitsContract } from './files/limits-contract.ts';
import { modelContract } from './files/model-contract.ts';
import { storeContract } from './files/store-contract.ts';
import { databaseContract, type WithDatabase } from './storage-contract.ts';

const withDatabase: WithDatabase = async (test) => test(await makeMemoryDatabase());

databaseContract(withDatabase);
storeContract(withDatabase);
limitsContract(withDatabase);
modelContract(withDatabase, 300);
