"""Rich renderings of a value, as IPython asks for them: `_repr_html_`, `_repr_png_`, `_repr_mimebundle_` and so on."""

import base64
import inspect
import sys

MAX_BYTES = 4 * 1024 * 1024

_METHODS = {
    '_repr_html_': 'text/html',
    '_repr_markdown_': 'text/markdown',
    '_repr_svg_': 'image/svg+xml',
    '_repr_png_': 'image/png',
    '_repr_jpeg_': 'image/jpeg',
    '_repr_latex_': 'text/latex',
    '_repr_json_': 'application/json',
}


def bundle(value):
    """Renderings by MIME type, binary ones in base64. A method that fails is named on stderr and left out."""
    if isinstance(value, type):
        return {}
    found = {}
    everything = _call(value, '_repr_mimebundle_', include=None, exclude=None)
    if isinstance(everything, tuple) and everything:
        everything = everything[0]
    if isinstance(everything, dict):
        found.update(everything)
    for method, kind in _METHODS.items():
        if kind not in found:
            found[kind] = _call(value, method)
    encoded = {kind: _encode(data) for kind, data in found.items() if isinstance(kind, str)}
    return _limited({kind: data for kind, data in encoded.items() if data is not None})


def _call(value, name, **arguments):
    # Looked up on the class, as objects whose `__getattr__` answers every name have no rendering.
    if inspect.getattr_static(type(value), name, None) is None:
        return None
    try:
        result = getattr(value, name)(**arguments)
    except Exception as error:
        print(f'{type(value).__name__}.{name} failed: {type(error).__name__}: {error}', file=sys.stderr)
        return None
    # A rendering may come with metadata, which no terminal uses.
    return result[0] if isinstance(result, tuple) and len(result) == 2 and name != '_repr_mimebundle_' else result


def _encode(data):
    """Text as it is, bytes in base64, JSON as text; None for anything else."""
    if isinstance(data, str):
        return data.encode('utf-8', 'backslashreplace').decode()
    if isinstance(data, (bytes, bytearray, memoryview)):
        return base64.b64encode(data).decode('ascii')
    if isinstance(data, (dict, list)):
        return _json(data)
    return None


def _json(data):
    import json

    try:
        return json.dumps(data)
    except (TypeError, ValueError, RecursionError):
        return None


def _limited(renderings):
    """Without those that would take the whole beyond `MAX_BYTES`."""
    kept, total = {}, 0
    for kind, data in renderings.items():
        if total + len(data) > MAX_BYTES:
            print(f'The {kind} rendering is left out: together with the others it is over 4 MiB.', file=sys.stderr)
            continue
        kept[kind] = data
        total += len(data)
    return kept
