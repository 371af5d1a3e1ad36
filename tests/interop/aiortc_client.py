"""aiortc as an encoder (WHIP) or a player (WHEP): publish|play URL TOKEN."""
import array
import asyncio
import fractions
import math

import whip_client as whip

from aiortc import (MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpSender,
                    RTCSessionDescription)
from aiortc.contrib.media import MediaBlackhole
from av import AudioFrame, VideoFrame

SAMPLES = whip.RATE // 50


class Picture(MediaStreamTrack):
    """A field of one hue over which a bright bar travels."""
    kind = 'video'

    def __init__(self, hue):
        super().__init__()
        r, g, b = whip.colour(hue)
        self.u = round(128 - 0.148 * r - 0.291 * g + 0.439 * b)
        self.v = round(128 + 0.439 * r - 0.368 * g - 0.071 * b)
        self.n = 0

    async def recv(self):
        await asyncio.sleep(1 / whip.FPS)
        self.n += 1
        frame = VideoFrame(whip.WIDTH, whip.HEIGHT, 'yuv420p')
        row = bytearray(b'\x5a' * frame.planes[0].line_size)
        at = self.n * 10 % (whip.WIDTH - 40)
        row[at:at + 40] = b'\xdc' * 40
        frame.planes[0].update(bytes(row) * whip.HEIGHT)
        for plane, value in ((1, self.u), (2, self.v)):
            frame.planes[plane].update(bytes([value]) * frame.planes[plane].buffer_size)
        frame.pts = self.n * 90000 // whip.FPS
        frame.time_base = fractions.Fraction(1, 90000)
        return frame


class Tone(MediaStreamTrack):
    kind = 'audio'

    def __init__(self, hertz):
        super().__init__()
        self.hertz = hertz
        self.n = 0
        self.begun = None

    async def recv(self):
        clock = asyncio.get_event_loop().time
        self.begun = self.begun or clock()
        await asyncio.sleep(max(0, self.begun + self.n / whip.RATE - clock()))
        turn = 2 * math.pi * self.hertz / whip.RATE
        samples = array.array('h', (round(9000 * math.sin(turn * (self.n + i)))
                                    for i in range(SAMPLES)))
        frame = AudioFrame('s16', 'mono', SAMPLES)
        frame.planes[0].update(samples.tobytes())
        frame.pts = self.n
        frame.sample_rate = whip.RATE
        frame.time_base = fractions.Fraction(1, whip.RATE)
        self.n += SAMPLES
        return frame


def only(transceiver, codec):
    able = RTCRtpSender.getCapabilities('video').codecs
    transceiver.setCodecPreferences([c for c in able if c.mimeType == f'video/{codec}'])


async def connect(pc, ask):
    await pc.setLocalDescription(await pc.createOffer())
    loop = asyncio.get_running_loop()
    answer, where = await loop.run_in_executor(
        None, whip.offer, ask.url, ask.token, pc.localDescription.sdp)
    await pc.setRemoteDescription(RTCSessionDescription(answer, 'answer'))
    while pc.connectionState != 'connected':
        assert pc.connectionState in ('new', 'connecting'), pc.connectionState
        await asyncio.sleep(0.02)
    return where


async def watch(track):
    """Says the colour of the picture whenever a second of it has come."""
    n = 0
    while True:
        frame = await track.recv()
        n += 1
        if n % whip.FPS:
            continue
        rgb = frame.reformat(width=16, height=16, format='rgb24')
        plane, line = bytes(rgb.planes[0]), rgb.planes[0].line_size
        rows = [plane[y * line:y * line + 48] for y in range(16)]
        mean = [sum(sum(row[c::3]) for row in rows) / 256 for c in range(3)]
        hue, saturation = whip.hue_of(*mean)
        whip.say(picture=n, hue=hue, saturation=saturation, width=frame.width)


async def listen(track):
    """Says the pitch of each half second of sound."""
    heard = array.array('h')
    while True:
        frame = await track.recv()
        channels = len(frame.layout.channels)
        samples = array.array('h', bytes(frame.planes[0])[:frame.samples * channels * 2])
        heard.extend(samples[::channels])
        if len(heard) >= whip.RATE // 2:
            whip.say(pitch=whip.pitch_of(heard))
            heard = array.array('h')


async def main(ask):
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    tasks = []
    if ask.does == 'publish':
        pc.addTrack(Tone(ask.tone))
        pc.addTrack(Picture(ask.hue))
        only(pc.getTransceivers()[1], ask.codec)
        for transceiver in pc.getTransceivers():
            transceiver.direction = 'sendonly'
    else:
        pc.addTransceiver('audio', direction='recvonly')
        pc.addTransceiver('video', direction='recvonly')

        @pc.on('track')
        def arrived(track):
            follow = {'audio': listen, 'video': watch}.get(track.kind, MediaBlackhole)
            tasks.append(asyncio.ensure_future(follow(track)))

    where = await connect(pc, ask)
    whip.say(connected=where)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, whip.wait_for_word)
    await loop.run_in_executor(None, whip.end, where, ask.token)
    whip.say(ended=True)
    for task in tasks:
        task.cancel()
    await pc.close()


asyncio.run(main(whip.arguments()))
