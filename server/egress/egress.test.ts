/** What is told of requests to services that the operator chose. */

import { expect, it } from 'vitest';
import { type EgressAttempt, serviceFetch } from './egress.ts';
import { OPEN_LIST } from './network-list.ts';

it.each([
  ['internal error; reference = a1b2c3', 'no answer'],
  ['Network connection lost.', 'Network connection lost.'],
])('of a service that fails with %j it is said: %s', async (message, said) => {
  const service = { fetch: () => Promise.reject(new Error(message)) };
  const attempts: EgressAttempt[] = [];
  const request = new Request('https://cdn.example/left-pad');
  await expect(serviceFetch(service, request, OPEN_LIST, (attempt) => attempts.push(attempt))).rejects.toThrow(said);
  expect(attempts).toEqual([{ method: 'GET', host: 'cdn.example', port: 443, outcome: said }]);
});
