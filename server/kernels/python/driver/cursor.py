"""Where in the code the cursor stands: in a string, in a comment, behind a dot, inside a call."""

import re

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>(?P<prefix>(?<!\w)[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|"))
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<other>\w+|.|\n)""",
    re.VERBOSE | re.DOTALL,
)
_IDENTIFIER_END = re.compile(r'\w*\Z')


class Cursor:
    """`before` is the code up to the cursor. `string_start` is where the contents of the string it stands in begin."""

    def __init__(self, before):
        self.before = before
        self.string_start = None
        self.in_comment = False
        # Offsets of the brackets that are open.
        self.brackets = []
        self._scan(0)

    @property
    def word(self):
        """The part of a name that was typed."""
        return _IDENTIFIER_END.search(self.before).group()

    @property
    def word_start(self):
        return len(self.before) - len(self.word)

    @property
    def call(self):
        """The expression that the innermost open parenthesis calls, or None."""
        if not self.brackets or self.before[self.brackets[-1]] != '(':
            return None
        return expression_before(self.before, self.brackets[-1]) or None

    def _scan(self, position):
        while position < len(self.before):
            token = _TOKEN.match(self.before, position)
            position = token.end()
            if token['comment']:
                self.in_comment = position == len(self.before)
            elif token['string']:
                position = self._skip_string(token)
            elif token['open']:
                self.brackets.append(token.start())
            elif token['close'] and self.brackets:
                self.brackets.pop()

    def _skip_string(self, token):
        """Where the string ends; if it does not, the cursor is in it, or in an expression of an f-string."""
        end = _string_end(self.before, token.end(), token['quote'])
        if end is not None:
            return end
        hole = _open_hole(self.before, token.end()) if set(token['prefix'].lower()) & set('ft') else None
        if hole is not None:
            self.brackets.append(hole)
            return hole + 1
        self.string_start = token.end()
        return len(self.before)


def expression_before(text, end):
    """The attribute access, subscription or literal that ends at `end`; '' if there is none."""
    start = end
    while start > 0:
        previous = text[start - 1]
        if previous.isalnum() or previous in '_.':
            start -= 1
        elif previous in ')]}':
            opening = _opening(text, start - 1)
            if opening is None:
                break
            start = opening
        elif previous in '"\'' and text.find(previous, 0, start - 1) >= 0:
            start = text.rindex(previous, 0, start - 1)
        else:
            break
    return text[start:end]


def _string_end(text, position, quote):
    while position < len(text):
        if text[position] == '\\':
            position += 2
        elif text.startswith(quote, position):
            return position + len(quote)
        elif text[position] == '\n' and len(quote) == 1:
            return position
        else:
            position += 1
    return None


def _open_hole(text, start):
    """The brace that opens the expression of an f-string in which the text ends."""
    position = text.rfind('{', start)
    if position < 0 or '}' in text[position:] or text[position - 1 : position] == '{':
        return None
    return position


def _opening(text, closing):
    """The bracket that belongs to the one at `closing`."""
    depth = 0
    for position in range(closing, -1, -1):
        if text[position] in ')]}':
            depth += 1
        elif text[position] in '([{':
            depth -= 1
            if depth == 0:
                return position
    return None
