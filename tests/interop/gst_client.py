"""GStreamer's webrtcbin as an encoder (WHIP) or a player (WHEP): publish|play URL TOKEN."""
import array
import threading

import whip_client as whip

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstSdp', '1.0')
gi.require_version('GstWebRTC', '1.0')
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

RTC = 'webrtcbin name=rtc bundle-policy=max-bundle latency=100'
Direction = GstWebRTC.WebRTCRTPTransceiverDirection
ENCODERS = {
    'VP8': 'vp8enc deadline=1 keyframe-max-dist=60 ! rtpvp8pay picture-id-mode=15-bit',
    'H264': 'openh264enc gop-size=60 ! h264parse config-interval=-1 ! '
            'video/x-h264,profile=constrained-baseline ! rtph264pay aggregate-mode=zero-latency',
}


def sources(ask):
    """A field of one hue over which a bar travels, and a tone."""
    def argb(light):
        r, g, b = whip.colour(ask.hue, light)
        return 0xff000000 | r << 16 | g << 8 | b
    return f'''
        {RTC}
        audiotestsrc is-live=true freq={ask.tone} volume=0.3 ! audio/x-raw,rate=48000,channels=1
          ! opusenc ! rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97
          ! rtc.
        videotestsrc is-live=true pattern=bar horizontal-speed=7 background-color={argb(0.4)}
          foreground-color={argb(0.7)}
          ! video/x-raw,width={whip.WIDTH},height={whip.HEIGHT},framerate={whip.FPS}/1
          ! videoconvert ! {ENCODERS[ask.codec]}
          ! application/x-rtp,media=video,encoding-name={ask.codec},payload=96 ! rtc.
    '''


def follow_sound(buffer, heard):
    ok, data = buffer.map(Gst.MapFlags.READ)
    if not ok:
        return
    heard.frombytes(bytes(data.data))
    buffer.unmap(data)
    if len(heard) >= whip.RATE // 2:
        whip.say(pitch=whip.pitch_of(heard))
        del heard[:]


def follow_picture(buffer, seen):
    seen[0] += 1
    if seen[0] % whip.FPS:
        return
    ok, data = buffer.map(Gst.MapFlags.READ)
    if not ok:
        return
    pixels = bytes(data.data)
    buffer.unmap(data)
    mean = [sum(pixels[c::3]) / (len(pixels) / 3) for c in range(3)]
    hue, saturation = whip.hue_of(*mean)
    whip.say(picture=seen[0], hue=hue, saturation=saturation)


class Client:
    def __init__(self, ask):
        self.ask = ask
        self.pipe = Gst.Pipeline.new(None)
        self.pipe.add(Gst.parse_bin_from_description(sources(ask), False) if ask.does == 'publish'
                      else Gst.parse_launch(RTC))
        self.rtc = self.pipe.get_by_name('rtc')
        if ask.does == 'publish':
            for i in range(2):
                self.rtc.emit('get-transceiver', i).set_property('direction', Direction.SENDONLY)
        else:
            self.rtc.connect('pad-added', self.stream_came)
            for caps in ('media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,'
                         'encoding-params=(string)2',
                         'media=video,encoding-name=VP8,payload=96,clock-rate=90000,'
                         'rtcp-fb-nack=true,rtcp-fb-nack-pli=true'):
                self.rtc.emit('add-transceiver', Direction.RECVONLY,
                              Gst.Caps.from_string(f'application/x-rtp,{caps}'))

    # ── What comes ──

    def stream_came(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        decoder = Gst.ElementFactory.make('decodebin')
        decoder.connect('pad-added', self.decoded)
        self.pipe.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad('sink'))

    def decoded(self, _, pad):
        sound = pad.get_current_caps().to_string().startswith('audio')
        chain = Gst.parse_bin_from_description(
            'audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,rate=48000 ! '
            'fakesink name=end signal-handoffs=true' if sound else
            'videoconvert ! videoscale ! video/x-raw,format=RGB,width=16,height=16 ! '
            'fakesink name=end signal-handoffs=true', True)
        state = array.array('h') if sound else [0]
        follow = follow_sound if sound else follow_picture
        chain.get_by_name('end').connect('handoff', lambda _, b, __: follow(b, state))
        self.pipe.add(chain)
        chain.sync_state_with_parent()
        pad.link(chain.get_static_pad('sink'))

    # ── Getting connected ──

    def run(self):
        """In a thread of its own beside the main loop."""
        ready, gathered, connected = (threading.Event() for _ in range(3))
        if self.ask.does == 'play':
            ready.set()
        self.rtc.connect('on-negotiation-needed', lambda _: ready.set())

        def state(*_):
            if self.rtc.props.ice_gathering_state == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
                gathered.set()
            if self.rtc.props.connection_state == GstWebRTC.WebRTCPeerConnectionState.CONNECTED:
                connected.set()

        self.rtc.connect('notify::ice-gathering-state', state)
        self.rtc.connect('notify::connection-state', state)
        self.pipe.set_state(Gst.State.PLAYING)
        assert ready.wait(10), 'no offer to make'
        promise = Gst.Promise.new()
        self.rtc.emit('create-offer', None, promise)
        promise.wait()
        reply = promise.get_reply()             # the offer lives in it
        self.rtc.emit('set-local-description', reply.get_value('offer'), Gst.Promise.new())
        assert gathered.wait(10), 'gathers for ever'
        answer, where = whip.offer(self.ask.url, self.ask.token,
                                   self.rtc.props.local_description.sdp.as_text())
        _, sdp = GstSdp.SDPMessage.new_from_text(answer)
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        promise = Gst.Promise.new()
        self.rtc.emit('set-remote-description', description, promise)
        promise.wait()
        assert connected.wait(10), self.rtc.props.connection_state
        whip.say(connected=where)
        whip.wait_for_word()
        whip.end(where, self.ask.token)
        whip.say(ended=True)


def main():
    Gst.init(None)
    client = Client(whip.arguments())
    loop = GLib.MainLoop()
    failed = []

    def run():
        try:
            client.run()
        except BaseException as error:  # said, and the program ends with it
            failed.append(error)
        loop.quit()

    threading.Thread(target=run, daemon=True).start()
    loop.run()
    client.pipe.set_state(Gst.State.NULL)
    if failed:
        raise failed[0]


main()
