/** The version of the package, as clients are told. */
export { version as SERVER_VERSION } from '../package.json';
