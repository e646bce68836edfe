"""Starts everything while the base snapshot is made; its value is JSON of the entry points' addresses by name, and of
numbers of instructions.
"""

import sys

sys.path.insert(0, '/lib/spawnpoint')

import gc
import json
import opcode

# What sessions often import: it is there at once, and its files need not be read.
import argparse, ast, asyncio, base64, bisect, calendar, collections, contextlib, copy, csv, dataclasses, datetime
import decimal, enum, fractions, functools, glob, hashlib, heapq, html, importlib.metadata, inspect, io, itertools
import logging, math, operator, os, pathlib, pickle, pprint, pydoc, random, re, secrets, shutil, signal, sqlite3
import statistics, string, struct, tempfile, textwrap, threading, time, timeit, traceback, types, typing, unicodedata
import urllib.parse, urllib.request, uuid, warnings, weakref, zipfile

import _spawnpoint_host
import _spawnpoint

_spawnpoint_host.entries.bind()

sys.path.remove('/lib/spawnpoint')
sys.modules.pop('_spawnpoint_calls', None)

entries = {
    name: id(getattr(package, name))
    for package, names in (
        (_spawnpoint_host, ('background_due', 'execute', 'give_up_requests', 'reseed', 'run_background', 'run_program')),
        (_spawnpoint, ('complete', 'get_value', 'inspect', 'restored', 'variables')),
    )
    for name in names
}
opcodes = {name: opcode.opmap[name] for name in ('NOP', 'INTERPRETER_EXIT')}
answer = json.dumps({'entries': entries, 'opcodes': opcodes})
for name in [name for name in globals() if not name.startswith('__') and name != 'answer']:
    del globals()[name]
del name
__import__('gc').collect()
# A collection would otherwise write to each object, and with it to each page of every heap.
__import__('gc').freeze()
globals().pop('answer')
