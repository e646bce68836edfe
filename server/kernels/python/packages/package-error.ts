/** Why a package cannot be had, in words for the user. */

export class PackageError extends Error {
  override readonly name = 'PackageError';
}
