;; A compiled part of a Python package, as small as one can be: `_tally`, whose functions `add(n)` and `total()` keep a sum
;; in memory of their own. It uses all that links such a module to Python: data and a table at places that are only known
;; when it is loaded, functions and data of Python by address, pointers that are written when it is loaded.
(module
  (@custom "dylink.0" (before type)
    "\01\05"      ;; what it needs:
    "\80\02\04"   ;; 256 bytes, aligned to 16
    "\02\00")     ;; 2 entries of the table
  (type $method (func (param i32 i32) (result i32)))
  (type $from_long (func (param i32) (result i32)))
  (import "env" "memory" (memory 0))
  (import "env" "__indirect_function_table" (table 0 funcref))
  (import "env" "__memory_base" (global $memory i32))
  (import "env" "__table_base" (global $table i32))
  (import "GOT.func" "PyLong_FromLong" (global $PyLong_FromLong (mut i32)))
  (import "GOT.mem" "PyExc_ValueError" (global $PyExc_ValueError (mut i32)))
  (import "env" "PyLong_AsLong" (func $PyLong_AsLong (param i32) (result i32)))
  (import "env" "PyErr_Occurred" (func $PyErr_Occurred (result i32)))
  (import "env" "PyErr_SetString" (func $PyErr_SetString (param i32 i32)))
  (import "env" "PyModule_Create2" (func $PyModule_Create2 (param i32 i32) (result i32)))

  ;; 0: the sum. 4: the address of PyLong_FromLong. 16: PyModuleDef. 80: two PyMethodDef and the end of their list.
  (elem (global.get $table) func $add $total)
  (data (global.get $memory)
    "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00"
    "\01\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00"  ;; its base
    "\00\00\00\00" "\00\00\00\00" "\ff\ff\ff\ff" "\00\00\00\00"                 ;; name, documentation, size, methods
    "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00\00\00\00\00\00\00\00\00"
    "\00\00\00\00" "\00\00\00\00" "\08\00\00\00" "\00\00\00\00"                 ;; add: METH_O
    "\00\00\00\00" "\00\00\00\00" "\04\00\00\00" "\00\00\00\00"                 ;; total: METH_NOARGS
    "\00\00\00\00" "\00\00\00\00" "\00\00\00\00" "\00\00\00\00"
    "_tally\00\00" "add\00\00\00\00\00" "total\00\00\00" "a tally only counts up\00")

  (func $at (param $offset i32) (result i32)
    (i32.add (global.get $memory) (local.get $offset)))

  (func (export "__wasm_apply_data_relocs")
    (i32.store (call $at (i32.const 4)) (global.get $PyLong_FromLong))
    (i32.store (call $at (i32.const 36)) (call $at (i32.const 128)))
    (i32.store (call $at (i32.const 48)) (call $at (i32.const 80)))
    (i32.store (call $at (i32.const 80)) (call $at (i32.const 136)))
    (i32.store (call $at (i32.const 84)) (global.get $table))
    (i32.store (call $at (i32.const 96)) (call $at (i32.const 144)))
    (i32.store (call $at (i32.const 100)) (i32.add (global.get $table) (i32.const 1))))

  (func $sum (result i32)
    (call_indirect (type $from_long) (i32.load (global.get $memory)) (i32.load (call $at (i32.const 4)))))

  (func $add (type $method) (param $self i32) (param $number i32) (result i32)
    (local $value i32)
    (local.set $value (call $PyLong_AsLong (local.get $number)))
    (if (call $PyErr_Occurred) (then (return (i32.const 0))))
    (if (i32.lt_s (local.get $value) (i32.const 0))
      (then
        (call $PyErr_SetString (i32.load (global.get $PyExc_ValueError)) (call $at (i32.const 152)))
        (return (i32.const 0))))
    (i32.store (global.get $memory) (i32.add (i32.load (global.get $memory)) (local.get $value)))
    (call $sum))

  (func $total (type $method) (param $self i32) (param $nothing i32) (result i32)
    (call $sum))

  (func (export "PyInit__tally") (result i32)
    (call $PyModule_Create2 (call $at (i32.const 16)) (i32.const 1013))))
