/** Every limit of a session's files and key-value store, checked in server/files/ only. Sizes in bytes. */

const MiB = 1024 * 1024;

/** File contents are stored in pieces of this size. */
export const chunkSize = 64 * 1024;

/** UTF-8 bytes of one path segment, and of a whole session path. */
export const maxSegmentBytes = 255;
export const maxPathBytes = 1024;

/** A larger file goes to R2, where only asynchronous calls reach it. */
export const maxSqliteFileBytes = 8 * MiB;
/** One file in R2. */
export const maxLargeFileBytes = 1024 * MiB;

/** Files and directories of a session. */
export const maxEntries = 10_000;
/** Sum of the sizes of a session's files in SQLite, and of those in R2. */
export const maxSqliteTotalBytes = 256 * MiB;
export const maxLargeTotalBytes = 4096 * MiB;

/** UTF-8 bytes of a key; bytes of a value; keys of a session; sum of the sizes of all values. */
export const maxKeyBytes = 1024;
export const maxValueBytes = MiB;
export const maxKeys = 10_000;
export const maxValuesTotalBytes = 64 * MiB;

/** Uploads of a session that are not finished. */
export const maxUploads = 32;
/** How long one is kept after its last byte, and what is known of one that is finished. */
export const uploadMilliseconds = 24 * 60 * 60 * 1000;

/** What one writer may hold in memory before it is written ahead to the database. */
export const writeBufferBytes = MiB;
