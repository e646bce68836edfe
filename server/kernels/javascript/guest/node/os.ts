/** `node:os`: what a session says of its machine, which is the same wherever it runs. */

import { nameAll } from '../core/state.ts';
import { HOME } from './fs-path.ts';
import { process } from './process.ts';

export const os = {
  EOL: '\n',
  arch: () => process.arch,
  availableParallelism: () => 1,
  cpus: () => [],
  endianness: () => 'LE',
  homedir: () => HOME,
  hostname: () => 'localhost',
  platform: () => process.platform,
  release: () => process.version,
  tmpdir: () => `${HOME}/tmp`,
  type: () => 'Linux',
  uptime: () => process.uptime(),
  userInfo: () => ({ uid: -1, gid: -1, username: 'user', homedir: HOME, shell: null }),
};
nameAll(os);
