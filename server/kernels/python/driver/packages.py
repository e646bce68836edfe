"""`%pip`: asks the kernel to install packages among the session's files, and makes them importable at once."""

import importlib
import json
import os
import sys

import _spawnpoint_host

# Among the session's files, so that a package belongs to a revision and undo takes it back.
DIRECTORY = '/home/user/.packages'

_USAGE = '%pip install NAME … | %pip install ./wheel.whl | %pip list'


class PackageError(Exception):
    """A package cannot be had; the message says why."""


def install_path():
    """As at CPython's prompt: the working directory is looked into first, what is installed last."""
    if '' not in sys.path:
        sys.path.insert(0, '')
    if DIRECTORY not in sys.path:
        sys.path.append(DIRECTORY)


def pip(arguments):
    """Does what `pip` with these arguments does, as far as it can be done here."""
    match arguments:
        case ['install', *wanted] if wanted:
            _install(wanted)
        case ['list']:
            _list()
        case ['uninstall', *_]:
            raise PackageError('Installing is part of the history of the session: undo takes a package back.')
        case _:
            raise PackageError(f'Usage: {_USAGE}')


def _install(wanted):
    options = [each for each in wanted if each.startswith('-') and each not in ('-q', '--quiet', '-U', '--upgrade')]
    if options:
        raise PackageError(f'%pip does not know {options[0]}. Usage: {_USAGE}')
    upgrade = '-U' in wanted or '--upgrade' in wanted
    requirements = [_unquoted(each) for each in wanted if not each.startswith('-')]
    request = {'requirements': requirements, 'upgrade': upgrade, 'directory': os.getcwd()}
    answer = json.loads(_spawnpoint_host.install_packages(json.dumps(request)))
    if 'error' in answer:
        raise PackageError(answer['error'])
    install_path()
    _forget()
    for name in answer['present']:
        print(f'{name} is installed already.')
    if answer['installed']:
        print(f'Installed {", ".join(answer["installed"])}.')


def _unquoted(word):
    """`'requests>=2'` as a shell would pass it on."""
    return word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in '\'"' else word


def _list():
    from importlib import metadata

    found = sorted({(each.name, each.version) for each in metadata.distributions(path=[DIRECTORY])})
    for name, version in found:
        print(f'{name} {version}')
    if not found:
        print('No packages are installed.')


def _forget():
    sys.path_importer_cache.pop(DIRECTORY, None)
    importlib.invalidate_caches()
