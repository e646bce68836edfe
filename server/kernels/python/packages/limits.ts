/** Limits of one installation. Sizes in bytes. */

const MiB = 1024 * 1024;

/** One wheel as it is downloaded, and the page of one project. */
export const maxWheelBytes = 16 * MiB;
export const maxPageBytes = 16 * MiB;
/** All files of one wheel. */
export const maxUnpackedBytes = 32 * MiB;
export const maxFilesOfWheel = 5_000;
/** Packages of one installation, and versions whose dependencies are looked at on the way to them. */
export const maxPackages = 100;
export const maxVersionsTried = 300;
