// How one is seen and heard, before the meeting and in the test: the picture, the two large
// switches with their devices folded in, the meter, and what is wrong.
import { useSignal, useSignalEffect, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { camera, mic, turn, type Source } from '../lib/devices';
import { t } from '../lib/i18n';
import { meter, SILENT_PEAK } from '../lib/meter';
import { prefs } from '../lib/prefs';
import { CameraMenu, MicMenu } from './devicemenu';
import { ProblemNote, SilentNote } from './deviceproblem';
import { Face } from './face';
import { Icon } from './icon';
import { Popover } from './popover';

const BARS = 7;
const SILENT_MS = 4_000;

/** A row of bars, lit by how loud it is. silent: nothing at all has come for a while. */
function MicMeter({ silent }: { silent: Signal<boolean> }) {
  const el = useRef<HTMLSpanElement>(null);
  const track = mic.raw.value;      // before noise is taken away: is the device alive?
  const on = mic.on.value;
  useEffect(() => {
    silent.value = false;
    if (!track || !on) return;
    const m = meter(track);
    let heard = Date.now();
    const timer = setInterval(() => {
      const bars = el.current?.children ?? [];
      const lit = Math.round(m.level() * BARS);
      for (let i = 0; i < bars.length; i++) bars[i]!.toggleAttribute('data-lit', i < lit);
      if (m.peak() > SILENT_PEAK) heard = Date.now();
      silent.value = Date.now() - heard > SILENT_MS;
    }, 80);
    return () => {
      clearInterval(timer);
      m.stop();
    };
  }, [track, on]);
  return (
    <span class="meter" ref={el} aria-hidden="true">
      {Array.from({ length: BARS }, (_, i) => <i key={i} />)}
    </span>
  );
}

function says(source: Source, silent: boolean): string {
  if (source.starting.value) return t('pre.starting');
  if (source.problem.value) return t(`pre.short.${source.problem.value}`);
  if (!source.on.value) return t('pre.off');
  if (silent) return t('pre.silentShort');
  return source.raw.value?.label.replace(/\s*\([\da-f:]+\)$/i, '') || t('pre.on');
}

const ICONS = { mic: ['mic', 'mic-off'], camera: ['video', 'video-off'] } as const;

function Toggle({ source, silent, note }: { source: Source; silent: Signal<boolean>;
  note: string }) {
  const open = useSignal(false);
  const { kind } = source;
  const on = source.on.value;
  const bad = source.problem.value !== null || (kind === 'mic' && silent.value);
  const close = () => { open.value = false; };
  return (
    <div class="pops">
      <div class="toggle" data-state={bad ? 'bad' : on ? 'on' : 'off'} data-toggle={kind}>
        <button type="button" class="t" aria-pressed={on} aria-describedby={bad ? note : undefined}
          onClick={() => void turn(source, !on)}>
          <Icon size="l" name={ICONS[kind][on ? 0 : 1]} />
          <span class="words">
            <b>{t(`bar.${kind}.name`)}</b>
            <small>{says(source, kind === 'mic' && silent.value)}</small>
          </span>
          {kind === 'mic' && <MicMeter silent={silent} />}
        </button>
        <button type="button" class="d" aria-haspopup="dialog" aria-expanded={open.value}
          aria-label={t(`bar.${kind}.choose`)} onClick={() => { open.value = !open.value; }}>
          <Icon name="chevron-down" />
        </button>
      </div>
      {open.value && (
        <Popover label={t(`bar.${kind}.choose`)} close={close} class="devices below">
          {kind === 'mic' ? <MicMenu /> : <CameraMenu />}
        </Popover>
      )}
    </div>
  );
}

function Preview() {
  const video = useRef<HTMLVideoElement>(null);
  const track = camera.track.value;
  useEffect(() => {
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  }, [track]);
  const name = prefs.value.name;
  const asking = camera.starting.value || mic.starting.value;
  return (
    <div class="tile cam" data-shown={track !== null}>
      <div class="pic" role="img" aria-label={t(track ? 'pre.picture' : 'pre.noPicture')}>
        <div class="nopic">
          {name ? <Face name={name} size="xl" /> : <Icon name="video-off" size="l" />}
          <p class="q">{t(asking ? 'pre.asking' : 'pre.cameraOff')}</p>
        </div>
        <div class="video mirror" data-shown={track !== null}>
          <video ref={video} autoplay muted playsInline />
        </div>
      </div>
      {name && track && <p class="name"><span>{name}</span></p>}
    </div>
  );
}

/** test: there is no meeting to go to anyway. children: what more is tried. */
export function Mirror({ test, children }: { test?: boolean; children?: ComponentChildren }) {
  const silent = useSignal(false);
  const same = mic.problem.value !== null && camera.problem.value === mic.problem.value;
  useSignalEffect(() => { if (!mic.on.value) silent.value = false; });
  return (
    <section class="mirrored" aria-label={t('pre.mirror')}>
      <Preview />
      <div class="two">
        <Toggle source={mic} silent={silent} note="mic-note" />
        <Toggle source={camera} silent={silent} note={same ? 'mic-note' : 'camera-note'} />
        {children}
      </div>
      <ProblemNote source={mic} id="mic-note" both={same ? camera : undefined} test={test} />
      {silent.value && !mic.problem.value && <SilentNote id="mic-note" test={test} />}
      {!same && <ProblemNote source={camera} id="camera-note" test={test} />}
    </section>
  );
}
