import type { WithDatabase } from '../storage-contract.ts';
export function storeContract(_: WithDatabase): void {}
