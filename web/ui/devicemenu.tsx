// Which microphone, camera or speaker: the same lists before and during the meeting.
import { useSignal } from '@preact/signals';
import { choose, devices, mic, camera } from '../lib/devices';
import { t } from '../lib/i18n';
import { prefs, remember } from '../lib/prefs';
import { playTest } from '../lib/sounds';
import { setBlur, setNoise, wait } from './improve';
import { Icon } from './icon';
import { Switch } from './switch';

type Kind = 'mic' | 'camera' | 'speaker';
const KIND_OF: Record<Kind, MediaDeviceKind> = {
  mic: 'audioinput', camera: 'videoinput', speaker: 'audiooutput',
};

function currentId(kind: Kind): string {
  if (kind === 'speaker') return prefs.value.speaker || 'default';
  const raw = (kind === 'mic' ? mic : camera).raw.value;
  return raw?.getSettings().deviceId ?? prefs.value[kind];
}

function pick(kind: Kind, id: string): void {
  if (kind === 'speaker') remember({ speaker: id === 'default' ? '' : id });
  else void choose(kind, id);
}

/** The devices of one kind, as a list to choose from. */
export function DeviceList({ kind }: { kind: Kind }) {
  const found = devices.value.filter((d) => d.kind === KIND_OF[kind]);
  if (!found.length) {
    const why = kind === 'speaker' ? t('dev.speakerSystem') : t(`dev.${kind}.none`);
    return <p class="q small">{why}</p>;
  }
  const now = currentId(kind);
  const known = found.some((d) => d.deviceId === now);
  return (
    <ul class="choices" role="radiogroup" aria-label={t(`dev.${kind}.name`)}>
      {found.map((d, i) => {
        const checked = known ? d.deviceId === now : i === 0;
        return (
          <li key={d.deviceId} role="none">
            <button type="button" role="radio" aria-checked={checked}
              onClick={() => pick(kind, d.deviceId)}>
              <span class="tick">{checked && <Icon name="check" size="s" />}</span>
              <span>{d.label || t(`dev.${kind}.nth`, { n: i + 1 })}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** told: that it plays, and that it has played. */
export function SpeakerTest({ wide, told }: { wide?: boolean; told?(plays: boolean): void }) {
  const busy = useSignal(false);
  const run = async () => {
    if (busy.peek()) return;
    busy.value = true;
    told?.(true);
    await playTest(prefs.peek().speaker).catch(() => {});
    busy.value = false;
    told?.(false);
  };
  return (
    <button type="button" class={`btn ${wide ? 'wide' : ''}`} aria-disabled={busy.value}
      onClick={() => void run()}>
      <Icon name="volume-2" />{t(busy.value ? 'dev.speakerPlaying' : 'dev.speakerTest')}
    </button>
  );
}

/** level: of its headings; within a sheet they stand beneath the sheet's own. */
export function MicMenu({ level: H = 'h2' }: { level?: 'h2' | 'h3' }) {
  return (
    <>
      <H class="over">{t('dev.mic.name')}</H>
      <DeviceList kind="mic" />
      <Switch on={prefs.value.noise} busy={wait.value === 'noise'} label={t('dev.noise')}
        hint={t('dev.noiseHint')} set={(on) => void setNoise(on)} />
      <H class="over">{t('dev.speaker.name')}</H>
      <DeviceList kind="speaker" />
      <SpeakerTest />
    </>
  );
}

export function CameraMenu({ level: H = 'h2' }: { level?: 'h2' | 'h3' }) {
  return (
    <>
      <H class="over">{t('dev.camera.name')}</H>
      <DeviceList kind="camera" />
      <Switch on={prefs.value.blur} busy={wait.value === 'blur'} label={t('dev.blur')}
        hint={t('dev.blurHint')} set={(on) => void setBlur(on)} />
    </>
  );
}
