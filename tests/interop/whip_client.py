"""What the foreign WHIP and WHEP clients here share: the HTTP of RFC 9725, how one of them is
told what to do, and what colour and what pitch came."""
import argparse
import colorsys
import json
import ssl
import sys
import urllib.request

WIDTH, HEIGHT, FPS = 320, 240, 15
RATE = 48000


def arguments():
    """publish or play; the resource's address, a token; publish: with which looks."""
    parser = argparse.ArgumentParser()
    parser.add_argument('does', choices=['publish', 'play'])
    parser.add_argument('url')
    parser.add_argument('token')
    parser.add_argument('--hue', type=int, default=60)
    parser.add_argument('--tone', type=int, default=950)
    parser.add_argument('--codec', default='VP8')
    return parser.parse_args()


def say(**what):
    """One line of JSON to whoever started us."""
    print(json.dumps(what), flush=True)


def wait_for_word():
    """Until the one who started us says that it is enough."""
    sys.stdin.readline()


def _ask(method, url, token, body=None):
    headers = {'Authorization': f'Bearer {token}'}
    if body is not None:
        headers['Content-Type'] = 'application/sdp'
    request = urllib.request.Request(url, body, headers, method=method)
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return urllib.request.urlopen(request, timeout=10, context=trusting)


def offer(url, token, sdp):
    """The answer, and the address of the resource."""
    with _ask('POST', url, token, sdp.encode()) as reply:
        assert reply.status == 201, reply.status
        assert reply.headers['Content-Type'] == 'application/sdp'
        assert reply.headers['ETag']
        where = urllib.request.urljoin(url, reply.headers['Location'])
        return reply.read().decode(), where


def end(where, token):
    with _ask('DELETE', where, token) as reply:
        assert reply.status == 200, reply.status


def colour(hue, light=0.4):
    """(r, g, b) of 0..255 at full saturation."""
    return tuple(round(255 * c) for c in colorsys.hls_to_rgb(hue / 360, light, 1))


def hue_of(r, g, b):
    """Degrees, and how much of a colour it is at all (0..1)."""
    h, s, _ = colorsys.rgb_to_hsv(r / 255, g / 255, b / 255)
    return round(h * 360), round(s, 2)


def pitch_of(samples):
    """Hz of a tone in mono samples: how often it rises through zero in a second."""
    rises = [i for i in range(1, len(samples)) if samples[i - 1] < 0 <= samples[i]]
    if len(rises) < 10 or max(samples) < 100:
        return 0
    return round((len(rises) - 1) * RATE / (rises[-1] - rises[0]))
