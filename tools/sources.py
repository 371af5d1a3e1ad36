"""What the gates share: the project's files, C without comments, include closures, stamps."""
import hashlib
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIP = {'node_modules', '__pycache__', 'build', '.git'}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def files(*folders, suffixes):
    """Files of the folders with one of the suffixes, in order."""
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob('*'):
            if path.suffix in suffixes and path.is_file():
                if not SKIP & set(path.relative_to(ROOT).parts):
                    found.append(path)
    return sorted(found)


def rel(path):
    return path.relative_to(ROOT).as_posix()


def blank(match):
    return re.sub(r'[^\n]', ' ', match.group(0))


# A string or a character constant, or a comment: the first that starts wins.
LEXEMES = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)


def without_comments(text, strings=True):
    """The C text with comments blanked (lines kept), and what stands in strings too."""
    def one(match):
        lexeme = match.group(0)
        if lexeme.startswith('/'):
            return blank(match)
        if not strings:
            return lexeme
        return lexeme[0] + ' ' * (len(lexeme) - 2) + lexeme[-1]
    return LEXEMES.sub(one, text)


def includes(path):
    """(line, system?, name) of each include of a C file."""
    text = without_comments(path.read_text(), strings=False)
    return [(text.count('\n', 0, m.start(1)) + 1, m.group(1) == '<', m.group(2))
            for m in INCLUDE.finditer(text)]


_closures = {}


def closure(path):
    """The project headers that a C file includes, directly or not."""
    if path not in _closures:
        _closures[path] = set()
        for _, system, name in includes(path):
            target = ROOT / 'src' / name
            if not system and target.is_file():
                _closures[path] |= {target} | closure(target)
    return _closures[path]


def digest(*paths):
    state = hashlib.sha256()
    for path in paths:
        state.update(str(path).encode() + b'\0' + path.read_bytes() + b'\0')
    return state.hexdigest()


class Stamps:
    """Remembers under build/lint what passed, by the digest of what it read."""

    def __init__(self, name):
        self.file = ROOT / 'build' / 'lint' / (name + '.json')
        try:
            self.old = json.loads(self.file.read_text())
        except (OSError, ValueError):
            self.old = {}
        self.new = {}

    def passed(self, key, value):
        if self.old.get(key) == value:
            self.new[key] = value
            return True
        return False

    def save(self):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.new))


def report(findings):
    """Prints findings and gives the exit status of a gate."""
    for finding in findings:
        print(finding)
    return 1 if findings else 0
