/** Commands for what the code of a session may call. */

import type { Command } from '../command.ts';
import * as network from '../network.ts';

export const NETWORK: readonly Command[] = [
  {
    name: 'network ls',
    synopsis: '',
    summary: "list which hosts the session's code may or may not call; none: all public ones",
    options: [],
    arguments: [0, 0],
    run: network.list,
  },
  {
    name: 'network allow',
    synopsis: 'HOST…',
    summary: "let the session's code call these hosts, and no others (owner only)",
    options: [],
    arguments: [1, 100],
    examples: ['spawnpoint-cf network allow api.example.com "*.example.org:443"'],
    run: network.allow,
  },
  {
    name: 'network deny',
    synopsis: 'HOST…',
    summary: "keep the session's code from calling these hosts; '*' is all (owner only)",
    options: [],
    arguments: [1, 100],
    examples: ["spawnpoint-cf network deny '*'"],
    run: network.deny,
  },
  {
    name: 'network rm',
    synopsis: 'HOST…',
    summary: 'take hosts off both lists (owner only)',
    options: [],
    arguments: [1, 100],
    run: network.remove,
  },
  {
    name: 'network reset',
    synopsis: '',
    summary: 'empty both lists: all public hosts may be called (owner only)',
    options: [],
    arguments: [0, 0],
    run: network.reset,
  },
  {
    name: 'network log',
    synopsis: '',
    summary: "list the newest requests of the session's code: when, who, where to, what came of it",
    options: ['limit'],
    arguments: [0, 0],
    examples: ['spawnpoint-cf network log -n 20', 'spawnpoint-cf network log --json | jq .host'],
    run: network.log,
  },
];
