/** The version of the package, as servers are told. */
export { version as CLIENT_VERSION } from '../package.json';
