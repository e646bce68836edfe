#!/usr/bin/env node
/** The executable: refuses a Node that is too old in words, then loads the command line. Any Node must be able to parse it. */

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`spawnpoint-cf: Node.js 20.19 or newer is needed; this is ${process.versions.node}.\n`);
  process.exit(2);
}

require('../dist/start.cjs');
