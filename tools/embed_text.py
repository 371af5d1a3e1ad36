#!/usr/bin/env python3
"""Writes one file down as a C array of bytes and its length.

    embed_text.py FILE SYMBOL OUT.c"""
import pathlib
import sys


def main():
    file, symbol, out = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    data = file.read_bytes()
    lines = [', '.join(str(b) for b in data[i:i + 20]) for i in range(0, len(data), 20)]
    out.write_text('#include <stddef.h>\n\n'
                   f'extern const unsigned char {symbol}[];\n'
                   f'extern const size_t {symbol}_len;\n\n'
                   f'const unsigned char {symbol}[] = {{\n\t' + ',\n\t'.join(lines) + '\n};\n'
                   f'const size_t {symbol}_len = {len(data)};\n')


main()
