/**
 * What of CPython's own tests fails in a session, and why. The tests are of CPython 3.11.2, and those of sqlite3 of 3.9;
 * the kernel is 3.14. What Pyodide leaves out itself is in `src/tests/python_tests.yaml` of github.com/pyodide/pyodide:
 * of these modules, deep recursion (`test_repr_deep`, `test_highly_nested_objects_*`, `test_endless_recursion`).
 */

export interface KnownModule {
  /** How many tests pass, by their ids. */
  readonly passes: number;
  /** Ids of tests that fail, by reason. */
  readonly failures: Readonly<Record<string, readonly string[]>>;
  /** Ids of tests that end the interpreter, by reason. */
  readonly crashes?: Readonly<Record<string, readonly string[]>>;
}

/** By the name under which the session imports them. */
export const MODULES: Readonly<Record<string, KnownModule>> = {
  'test.test_code': {
    passes: 17,
    failures: {
      'tests an inner interface that 3.14 does not have': ['test.test_code.CodeLocationTest.test_code_new_empty'],
      '3.14 does it otherwise': [
        'test.test_code',
        'test.test_code.CodeTest.test_co_positions_artificial_instructions',
        'test.test_code.CodeTest.test_replace',
      ],
    },
  },
  'test.test_codeop': {
    passes: 6,
    failures: {
      '3.14 does it otherwise': [
        'test.test_codeop.CodeopTests.test_invalid_warning',
        'test.test_codeop.CodeopTests.test_warning',
      ],
    },
  },
  'test.test_builtin': {
    passes: 105,
    failures: {
      '3.14 does it otherwise': [
        'test.test_builtin.BuiltinTest.test_compile',
        'test.test_builtin.BuiltinTest.test_warning_notimplemented',
      ],
      'input() of a session says it otherwise where there is no sys.stdin': [
        'test.test_builtin.BuiltinTest.test_input',
      ],
    },
  },
  'test.test_json': {
    passes: 144,
    failures: {
      '3.14 does it otherwise': [
        'test.test_json.test_fail.TestCFail.test_unexpected_data',
        'test.test_json.test_fail.TestPyFail.test_unexpected_data',
      ],
    },
    crashes: {
      'C recursion is deeper than the stack of WebAssembly': [
        'test.test_json.test_recursion.TestCRecursion.test_highly_nested_objects_decoding',
        'test.test_json.test_recursion.TestCRecursion.test_highly_nested_objects_encoding',
      ],
    },
  },
  'test.test_re': {
    passes: 145,
    failures: {
      '3.14 does it otherwise': [
        'test.test_re.DebugTests.test_atomic_group',
        'test.test_re.PatternReprTests.test_flags_repr',
        'test.test_re.ReTests.test_other_escapes',
        'test.test_re.ReTests.test_re_groupref_exists_errors',
        'test.test_re.ReTests.test_string_boundaries',
        'test.test_re.ReTests.test_symbolic_groups_errors',
        'test.test_re.ReTests.test_symbolic_refs_errors',
        'test.test_re.ReTests.test_template_function_and_flag_is_deprecated',
      ],
    },
  },
  'test.test_dict': {
    passes: 106,
    failures: {
      'tests an inner interface that 3.14 does not have': ['test.test_dict.CAPITest.test_getitem_knownhash'],
      'C recursion goes deeper than the test thinks: no RecursionError at 100,000 levels (Pyodide leaves it out too)': [
        'test.test_dict.DictTest.test_repr_deep',
      ],
      'the collector of 3.14 tracks and frees otherwise': [
        'test.test_dict.DictTest.test_track_dynamic',
        'test.test_dict.DictTest.test_track_literals',
      ],
    },
  },
  'test.test_list': {
    passes: 56,
    failures: {
      'the collector of 3.14 tracks and frees otherwise': ['test.test_list.ListTest.test_free_after_iterating'],
      'C recursion goes deeper than the test thinks: no RecursionError at 100,000 levels (Pyodide leaves it out too)': [
        'test.test_list.ListTest.test_repr_deep',
      ],
    },
  },
  'test.test_generators': {
    passes: 35,
    failures: {
      'the collector of 3.14 tracks and frees otherwise': [
        'test.test_generators.FinalizationTest.test_refcycle',
        'test.test_generators.__test__.refleaks',
      ],
      '3.14 does it otherwise': ['test.test_generators.__test__.pep'],
    },
  },
  'test.test_pathlib': {
    passes: 219,
    failures: {
      'tests an inner interface that 3.14 does not have': [
        'test.test_pathlib.NTFlavourTest.test_parse_parts',
        'test.test_pathlib.NTFlavourTest.test_parse_parts_common',
        'test.test_pathlib.NTFlavourTest.test_splitroot',
        'test.test_pathlib.PathTest.test_link_to_not_implemented',
        'test.test_pathlib.PosixFlavourTest.test_parse_parts',
        'test.test_pathlib.PosixFlavourTest.test_parse_parts_common',
        'test.test_pathlib.PosixFlavourTest.test_splitroot',
        'test.test_pathlib.PosixPathTest.test_link_to_not_implemented',
      ],
      'session files are no links': [
        'test.test_pathlib.PathTest.test_chmod_follow_symlinks_true',
        'test.test_pathlib.PosixPathTest.test_chmod_follow_symlinks_true',
      ],
      'session files have no modes of their own': [
        'test.test_pathlib.PathTest.test_mkdir_parents',
        'test.test_pathlib.PosixPathTest.test_mkdir_parents',
      ],
      '3.14 does it otherwise': [
        'test.test_pathlib.PathTest.test_parts_interning',
        'test.test_pathlib.PathTest.test_with',
        'test.test_pathlib.PosixPathAsPureTest.test_is_relative_to_common',
        'test.test_pathlib.PosixPathAsPureTest.test_parts_common',
        'test.test_pathlib.PosixPathAsPureTest.test_relative_to_common',
        'test.test_pathlib.PosixPathAsPureTest.test_stem_common',
        'test.test_pathlib.PosixPathAsPureTest.test_suffix_common',
        'test.test_pathlib.PosixPathAsPureTest.test_suffixes_common',
        'test.test_pathlib.PosixPathAsPureTest.test_with_stem_common',
        'test.test_pathlib.PosixPathAsPureTest.test_with_suffix_common',
        'test.test_pathlib.PosixPathTest.test_parts_interning',
        'test.test_pathlib.PosixPathTest.test_with',
        'test.test_pathlib.PurePathTest.test_is_relative_to_common',
        'test.test_pathlib.PurePathTest.test_parts_common',
        'test.test_pathlib.PurePathTest.test_relative_to_common',
        'test.test_pathlib.PurePathTest.test_stem_common',
        'test.test_pathlib.PurePathTest.test_suffix_common',
        'test.test_pathlib.PurePathTest.test_suffixes_common',
        'test.test_pathlib.PurePathTest.test_with_stem_common',
        'test.test_pathlib.PurePathTest.test_with_suffix_common',
        'test.test_pathlib.PurePosixPathTest.test_is_relative_to_common',
        'test.test_pathlib.PurePosixPathTest.test_parts_common',
        'test.test_pathlib.PurePosixPathTest.test_relative_to_common',
        'test.test_pathlib.PurePosixPathTest.test_stem_common',
        'test.test_pathlib.PurePosixPathTest.test_suffix_common',
        'test.test_pathlib.PurePosixPathTest.test_suffixes_common',
        'test.test_pathlib.PurePosixPathTest.test_with_stem_common',
        'test.test_pathlib.PurePosixPathTest.test_with_suffix_common',
        'test.test_pathlib.PureWindowsPathTest.test_equivalences',
        'test.test_pathlib.PureWindowsPathTest.test_is_relative_to',
        'test.test_pathlib.PureWindowsPathTest.test_is_relative_to_common',
        'test.test_pathlib.PureWindowsPathTest.test_is_reserved',
        'test.test_pathlib.PureWindowsPathTest.test_match_common',
        'test.test_pathlib.PureWindowsPathTest.test_parts_common',
        'test.test_pathlib.PureWindowsPathTest.test_relative_to',
        'test.test_pathlib.PureWindowsPathTest.test_relative_to_common',
        'test.test_pathlib.PureWindowsPathTest.test_stem',
        'test.test_pathlib.PureWindowsPathTest.test_stem_common',
        'test.test_pathlib.PureWindowsPathTest.test_suffix',
        'test.test_pathlib.PureWindowsPathTest.test_suffix_common',
        'test.test_pathlib.PureWindowsPathTest.test_suffixes',
        'test.test_pathlib.PureWindowsPathTest.test_suffixes_common',
        'test.test_pathlib.PureWindowsPathTest.test_with_name',
        'test.test_pathlib.PureWindowsPathTest.test_with_stem',
        'test.test_pathlib.PureWindowsPathTest.test_with_stem_common',
        'test.test_pathlib.PureWindowsPathTest.test_with_suffix_common',
      ],
    },
  },
  'sqlite3.test.backup': {
    passes: 15,
    failures: {},
  },
  'sqlite3.test.dbapi': {
    passes: 102,
    failures: {
      'no subprocesses': ['sqlite3.test.dbapi.MultiprocessTests.test_ctx_mgr_rollback_if_commit_failed'],
      '3.14 does it otherwise': [
        'sqlite3.test.dbapi.CursorTests.CheckExecuteNonIterable',
        'sqlite3.test.dbapi.CursorTests.CheckExecuteTooMuchSql',
        'sqlite3.test.dbapi.ExtensionTests.CheckCursorExecutescriptAsBytes',
      ],
      'no threads': [
        'sqlite3.test.dbapi.ModuleTests.CheckThreadSafety',
        'sqlite3.test.dbapi.ThreadTests.CheckConClose',
        'sqlite3.test.dbapi.ThreadTests.CheckConCommit',
        'sqlite3.test.dbapi.ThreadTests.CheckConCursor',
        'sqlite3.test.dbapi.ThreadTests.CheckConRollback',
        'sqlite3.test.dbapi.ThreadTests.CheckCurClose',
        'sqlite3.test.dbapi.ThreadTests.CheckCurExecute',
        'sqlite3.test.dbapi.ThreadTests.CheckCurImplicitBegin',
        'sqlite3.test.dbapi.ThreadTests.CheckCurIterNext',
      ],
    },
  },
  'sqlite3.test.dump': {
    passes: 1,
    failures: {
      'not explained: of 3.9, on a newer SQLite and CPython': ['sqlite3.test.dump.DumpTests.CheckTableDump'],
    },
  },
  'sqlite3.test.factory': {
    passes: 21,
    failures: {
      '3.14 does it otherwise': ['sqlite3.test.factory.TextFactoryTests.CheckOptimizedUnicode'],
    },
  },
  'sqlite3.test.hooks': {
    passes: 15,
    failures: {
      '3.14 does it otherwise': ['sqlite3.test.hooks.CollationTests.CheckCreateCollationNotAscii'],
    },
  },
  'sqlite3.test.regression': {
    passes: 27,
    failures: {
      'not explained: of 3.9, on a newer SQLite and CPython': [
        'sqlite3.test.regression.RecursiveUseOfCursors.test_recursive_cursor_close',
        'sqlite3.test.regression.RecursiveUseOfCursors.test_recursive_cursor_init',
      ],
      '3.14 does it otherwise': [
        'sqlite3.test.regression.RegressionTests.CheckCollation',
        'sqlite3.test.regression.RegressionTests.CheckCursorRegistration',
        'sqlite3.test.regression.RegressionTests.CheckNullCharacter',
      ],
    },
  },
  'sqlite3.test.transactions': {
    passes: 13,
    failures: {
      '3.14 does it otherwise': ['sqlite3.test.transactions.TransactionTests.CheckRollbackCursorConsistency'],
    },
  },
  'sqlite3.test.types': {
    passes: 32,
    failures: {
      '3.14 does it otherwise': [
        'sqlite3.test.types.DeclTypesTests.CheckErrorInConform',
        'sqlite3.test.types.DeclTypesTests.CheckUnsupportedDict',
        'sqlite3.test.types.DeclTypesTests.CheckUnsupportedSeq',
      ],
    },
  },
  'sqlite3.test.userfunctions': {
    passes: 39,
    failures: {
      '3.14 does it otherwise': [
        'sqlite3.test.userfunctions.AggregateTests.CheckAggrErrorOnCreate',
        'sqlite3.test.userfunctions.AggregateTests.CheckAggrNoFinalize',
        'sqlite3.test.userfunctions.AggregateTests.CheckAggrNoStep',
        'sqlite3.test.userfunctions.FunctionTests.CheckFuncErrorOnCreate',
        'sqlite3.test.userfunctions.FunctionTests.CheckFuncReturnTooLargeInt',
        'sqlite3.test.userfunctions.FunctionTests.CheckNonContiguousBlob',
      ],
    },
  },
};
