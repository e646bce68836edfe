/**
 * What of CPython's own tests fails in a session, and why. Everything that fails for a reason which is not the platform's
 * (`PLATFORM`) fails in the npm package of Pyodide under Node too, unpatched, with 2 GiB of memory.
 *
 * Tests that skip themselves are no failures: those for links, modes, threads, processes, sockets and locales do.
 */

/** The tests are of this version of Python; the kernel is 3.14.2. */
export const TESTS_VERSION = '3.14.8';

export interface KnownModule {
  /** How many tests pass, by their ids. */
  readonly passes: number;
  /** Ids of tests that fail, by reason. */
  readonly failures?: Readonly<Record<string, readonly string[]>>;
  /** Ids of tests that break the interpreter, by reason: they run alone. */
  readonly harmful?: Readonly<Record<string, readonly string[]>>;
}

/** Newer than the kernel: mended in CPython after it. */
const LATER = 'mended in CPython between 3.14.2 and 3.14.8';
const LIBRARY = 'Pyodide: the standard library is a zip archive, in which nothing is a file of its own';
const NAMES = 'Pyodide: names of files are UTF-8, and no other bytes';
const PLATFORM = {
  modes: 'platform: session files and directories have no modes of their own',
  links: 'platform: session files are no links',
  memory: "platform: a session's Python has 64 MiB of memory",
} as const;

/** By the name under which the session imports them. */
export const MODULES: Readonly<Record<string, KnownModule>> = {
  'test.test_code': { passes: 37 },
  'test.test_codeop': { passes: 13 },
  'test.test_builtin': { passes: 137 },
  'test.test_json': {
    passes: 177,
    failures: {
      [LATER]: [
        'test.test_json.test_fail.TestCFail.test_truncated_input',
        'test.test_json.test_unicode.TestPyUnicode.test_ascii_non_printable_decode',
      ],
    },
    harmful: {
      [`${LATER}: it reads what is no object`]: ['test.test_json.test_speedups.TestEncode.test_current_indent_level'],
    },
  },
  'test.test_re': { passes: 161, failures: { [LATER]: ['test.test_re.ReTests.test_locale_ignorecase_negated_set'] } },
  'test.test_dict': {
    passes: 65,
    harmful: {
      [`${LATER}: it frees a dict that is in use`]: ['test.test_dict.DictTest.test_overwrite_managed_dict'],
    },
  },
  'test.test_list': { passes: 65 },
  'test.test_generators': {
    passes: 57,
    failures: {
      [LATER]: [
        'test.test_generators.FinalizationTest.test_exhausted_generator_frame_cycle',
        'test.test_generators.GeneratorTest.test_close_clears_frame',
      ],
    },
  },
  'test.test_pathlib': {
    passes: 786,
    failures: {
      [PLATFORM.links]: [
        'test.test_pathlib.test_pathlib.PathSubclassTest.test_chmod_follow_symlinks_true',
        'test.test_pathlib.test_pathlib.PathTest.test_chmod_follow_symlinks_true',
        'test.test_pathlib.test_pathlib.PosixPathTest.test_chmod_follow_symlinks_true',
      ],
      [PLATFORM.modes]: [
        'test.test_pathlib.test_pathlib.PathSubclassTest.test_mkdir_parents',
        'test.test_pathlib.test_pathlib.PathTest.test_mkdir_parents',
        'test.test_pathlib.test_pathlib.PosixPathTest.test_mkdir_parents',
      ],
    },
  },
  'test.test_sqlite3': {
    passes: 488,
    failures: {
      [LATER]: [
        'test.test_sqlite3.test_dbapi.BlobTests.test_blob_set_empty_slice_wrong_size',
        'test.test_sqlite3.test_dbapi.BlobTests.test_blob_set_empty_slice_wrong_type',
        'test.test_sqlite3.test_dbapi.CursorTests.test_invalid_array_size',
        'test.test_sqlite3.test_dump.DumpTests.test_dump_single_quote_in_identifier',
        'test.test_sqlite3.test_factory.RowFactoryTests.test_delete_connection_row_factory',
        'test.test_sqlite3.test_factory.RowFactoryTests.test_delete_connection_text_factory',
        'test.test_sqlite3.test_factory.RowFactoryTests.test_delete_cursor_row_factory',
        'test.test_sqlite3.test_factory.RowFactoryTests.test_sqlite_row_hash_unhashable',
        'test.test_sqlite3.test_hooks.AuthorizerTests.test_authorizer_concurrent_mutation_in_call',
        'test.test_sqlite3.test_hooks.AuthorizerTests.test_authorizer_concurrent_mutation_with_overflown_value',
        'test.test_sqlite3.test_hooks.ProgressTests.test_progress_handler_concurrent_mutation_in_call',
        'test.test_sqlite3.test_hooks.TraceCallbackTests.test_trace_callback_concurrent_mutation_in_call',
        'test.test_sqlite3.test_transactions.AutocommitAttribute.test_autocommit_delete',
        'test.test_sqlite3.test_transactions.AutocommitAttribute.test_autocommit_setget_invalid',
      ],
      [NAMES]: [
        'test.test_sqlite3.test_dbapi.OpenTests.test_open_undecodable_uri',
        'test.test_sqlite3.test_dbapi.OpenTests.test_open_with_undecodable_path',
      ],
    },
  },
  'test.test_os': { passes: 203, failures: { [PLATFORM.modes]: ['test.test_os.MakedirTests.test_mode'] } },
  'test.test_posixpath': { passes: 70 },
  'test.test_genericpath': { passes: 21 },
  'test.test_shutil': {
    passes: 85,
    failures: {
      [LATER]: ['test.test_shutil.TestArchives.test_unpack_archive_zip_badpaths'],
      [PLATFORM.memory]: [
        'test.test_shutil.TestArchives.test_unpack_archive_bztar',
        'test.test_shutil.TestArchives.test_unpack_archive_xztar',
        'test.test_shutil.TestArchives.test_unpack_archive_zstdtar',
        'test.test_shutil.TestCopyFileObj.test_content',
      ],
    },
  },
  'test.test_tempfile': { passes: 104, failures: { [PLATFORM.modes]: ['test.test_tempfile.TestMkdtemp.test_mode'] } },
  'test.test_fileio': { passes: 98 },
  'test.test_file': { passes: 34 },
  'test.test_glob': { passes: 19 },
  'test.test_filecmp': { passes: 16 },
  'test.test_fileinput': { passes: 57 },
  'test.test_linecache': {
    passes: 23,
    failures: {
      [LIBRARY]: [
        'test.test_linecache.LineCacheTests.test_clearcache',
        'test.test_linecache.LineCacheTests.test_frozen',
        'test.test_linecache.LineCacheTests.test_getline',
        'test.test_linecache.LineCacheTests.test_memoryerror',
      ],
    },
  },
  'test.test_traceback': {
    passes: 356,
    failures: {
      [LATER]: [
        'test.test_traceback.CPythonSuggestionFormattingTests.test_getattr_suggestions_with_custom___dir__',
        'test.test_traceback.PurePythonSuggestionFormattingTests.test_getattr_suggestions_with_custom___dir__',
      ],
    },
  },
  'test.test_coroutines': { passes: 98 },
  'test.test_contextlib': { passes: 91 },
  'test.test_time': {
    passes: 56,
    failures: { [LATER]: ['test.test_time.TestCPyTime.test_FromSecondsObject_float_overflow_message'] },
  },
  'test.test_sys': { passes: 55, failures: { [LIBRARY]: ['test.test_sys.SysModuleTest.test_stdlib_dir'] } },
  'test.test_weakref': { passes: 128 },
};
