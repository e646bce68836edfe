/** The interpreter that packages are chosen for, as environment markers (PEP 508) name its properties. */

export const pythonVersion = '3.14.2';

export const environment: Readonly<Record<string, string>> = {
  implementation_name: 'cpython',
  implementation_version: pythonVersion,
  os_name: 'posix',
  platform_machine: 'wasm32',
  platform_python_implementation: 'CPython',
  platform_release: '',
  platform_system: 'Emscripten',
  platform_version: '',
  python_full_version: pythonVersion,
  python_version: '3.14',
  sys_platform: 'emscripten',
};
